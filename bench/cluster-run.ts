import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** The probe's image, which the nodes must have. */
export const image = process.env['CROSSCHECK_IMAGE'] ?? 'crosscheck:dev'

export interface Ran {
  readonly seconds: number
  readonly summary: { readonly pass: number; readonly fail: number; readonly inconclusive: number }
  readonly requests: number
  readonly tunnels: number
  readonly batches: number
}

/** `crosscheck run` of the bundle as a process of its own, from its start to its end: what it took and what it asked of the API server. */
export async function runScenario(scenario: unknown): Promise<Ran> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-cluster-'))
  const file = (name: string) => join(folder, name)
  writeFileSync(file('scenario.yaml'), JSON.stringify(scenario))
  const args = ['run', file('scenario.yaml'), '--image', image, '-o', `json=${file('report.json')}`]
  try {
    const begun = performance.now()
    const child = spawn(process.execPath, ['--import', './bench/cluster-count.ts', 'dist/crosscheck.js', ...args], {
      cwd: root,
      env: { ...process.env, CROSSCHECK_COUNT: file('count.json') },
      stdio: ['ignore', 'ignore', 'ignore'],
    })
    await once(child, 'exit')
    const seconds = (performance.now() - begun) / 1000
    const { summary } = JSON.parse(readFileSync(file('report.json'), 'utf8')) as Pick<Ran, 'summary'>
    return { seconds, summary, ...(JSON.parse(readFileSync(file('count.json'), 'utf8')) as Counts) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

type Counts = Pick<Ran, 'requests' | 'tunnels' | 'batches'>

/** Runs a program and gives its exit code; its output is nobody's. */
export async function exitCode(program: string, args: readonly string[], input = ''): Promise<number> {
  const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'ignore'] })
  child.stdin.end(input)
  const [code] = (await once(child, 'exit')) as [number | null]
  return code ?? 1
}
