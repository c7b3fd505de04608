import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/**
 * The checks behind `npm test`. Read-only checks run in parallel and print only if they fail, then the tests run. All run even if one
 * fails. Arguments go to vitest: `npm test -- test/checks` runs only these tests, after all checks.
 */
const checks = {
  types: ['tsc', '-p', '.'],
  'format and lint': ['biome', 'check', '--error-on-warnings'],
  'promises and lint': ['oxlint', '--type-aware', '--deny-warnings'],
  'dead code': ['knip'],
}
const root = fileURLToPath(new URL('..', import.meta.url))

interface Step {
  readonly name: string
  readonly passed: boolean
}

const steps: Step[] = await Promise.all(
  Object.entries(checks).map(async ([name, command]): Promise<Step> => {
    const started = performance.now()
    const { code, output } = await run(command, 'collected')
    if (code !== 0) process.stdout.write(`\n${output.trimEnd()}\n`)
    console.log(line(name, code === 0, performance.now() - started))
    return { name, passed: code === 0 }
  }),
)
const tests = await run(['vitest', 'run', ...process.argv.slice(2)], 'shown')
steps.push({ name: 'tests', passed: tests.code === 0 })

const failed = steps.filter((step) => !step.passed).map((step) => step.name)
console.log(failed.length === 0 ? 'npm test: all passed' : `npm test: failed: ${failed.join(', ')}`)
process.exitCode = failed.length === 0 ? 0 : 1

function line(name: string, passed: boolean, milliseconds: number): string {
  return `${passed ? 'ok  ' : 'FAIL'} ${name} (${(milliseconds / 1000).toFixed(1)} s)`
}

/** Starts a tool of node_modules/.bin, which `npm run` adds to PATH. */
async function run(
  command: readonly string[],
  output: 'collected' | 'shown',
): Promise<{ code: number; output: string }> {
  const [tool = '', ...args] = command
  const { promise, resolve, reject } = Promise.withResolvers<{ code: number; output: string }>()
  const child = spawn(tool, args, { cwd: root, stdio: output === 'shown' ? 'inherit' : ['ignore', 'pipe', 'pipe'] })
  const collected: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => collected.push(chunk))
  child.on('error', reject)
  child.on('close', (code) => resolve({ code: code ?? 1, output: Buffer.concat(collected).toString() }))
  return promise
}
