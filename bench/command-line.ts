import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type Bench, type Figure, median, timed } from './bench.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const rounds = 15

const commands: Readonly<Record<string, readonly string[]>> = {
  'node -e 0': ['-e', '0'],
  '--help': ['dist/crosscheck.js', '--help'],
  'validate, one reference system': ['dist/crosscheck.js', 'validate', 'scenarios/trackdechets'],
  'validate, all reference systems': ['dist/crosscheck.js', 'validate', 'scenarios'],
}
const goals: Readonly<Record<string, string>> = {
  '--help': '≤ 60',
  'validate, one reference system': '≤ 150',
  'validate, all reference systems': '≤ 150',
}

/**
 * The start time of the bundled command line, compared with a Node process that does nothing. Runs alternate so that both see the same
 * load.
 */
export const commandLine: Bench = {
  name: 'command-line',
  async run() {
    execFileSync(process.execPath, ['scripts/build.ts'], { cwd: root })
    const taken = Object.entries(commands).map(([name, args]) => ({ name, args, ms: [] as number[] }))
    for (let round = 0; round < rounds; round++) for (const { args, ms } of taken) ms.push(await milliseconds(args))
    const floor = taken[0]!.ms
    return taken.map(({ name, ms }, index): Figure => {
      if (index === 0) return { what: name, value: median(ms), unit: 'ms' }
      const over = median(ms.map((each, round) => each - floor[round]!))
      return { what: `${name}, over node -e 0`, value: over, unit: 'ms', goal: goals[name]! }
    })
  },
}

async function milliseconds(args: readonly string[]): Promise<number> {
  return (await timed(async () => execFileSync(process.execPath, args, { cwd: root, stdio: 'ignore' }))).ms
}
