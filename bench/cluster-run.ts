import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

const bundle = fileURLToPath(new URL('../dist/crosscheck.js', import.meta.url))

/** The image of the probe, which the nodes must have. */
export const image = process.env['CROSSCHECK_IMAGE'] ?? 'crosscheck:dev'

export interface Ran {
  readonly seconds: number
  readonly summary: { readonly pass: number; readonly fail: number; readonly inconclusive: number }
  readonly requests: number
  readonly tunnels: number
  readonly batches: number
}

/** Runs `crosscheck run` of the bundle as a separate process. Measures its duration and its requests to the API server. */
export async function runScenario(scenario: unknown, more: readonly string[] = []): Promise<Ran> {
  return withFile(scenario, async (file) => {
    const { report, ...ran } = await counted<Pick<Ran, 'summary'>>(['run', file, ...more])
    return { ...ran, summary: report.summary }
  })
}

/** Runs `crosscheck matrix` over these namespaces in the same way. Also returns the number of cells and of inconclusive cells. */
export async function runMatrix(namespaces: readonly string[], more: readonly string[]) {
  const { report, ...ran } = await counted<Matrix>(['matrix', ...inEach(namespaces), ...more])
  const cells = report.cells.map(({ observed }) => observed)
  return { ...ran, cells: cells.length, unknown: cells.filter((each) => each === 'unknown').length }
}

interface Matrix {
  readonly cells: readonly { readonly observed?: string }[]
}

/** Installs resident probes for a scenario, or for each kind of pod of namespaces. */
export async function installProbes(
  of: { readonly scenario: unknown } | { readonly namespaces: readonly string[] },
  more: readonly string[],
) {
  const install = (what: readonly string[]) =>
    exitCode(process.execPath, [bundle, 'probes', 'install', ...what, '--image', image, ...more])
  const code =
    'scenario' in of ? await withFile(of.scenario, (file) => install([file])) : await install(inEach(of.namespaces))
  if (code !== 0) throw new Error(`probes install ended with ${code}`)
}

function inEach(namespaces: readonly string[]): string[] {
  return namespaces.flatMap((each) => ['-n', each])
}

async function withFile<T>(scenario: unknown, use: (file: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-cluster-'))
  try {
    const file = join(folder, 'scenario.yaml')
    writeFileSync(file, JSON.stringify(scenario))
    return await use(file)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Runs a command that writes a report, and measures its duration and its requests to the API server. */
async function counted<Report>(
  args: readonly string[],
): Promise<Counts & { readonly seconds: number; readonly report: Report }> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-cluster-'))
  const file = (name: string) => join(folder, name)
  const whole = [
    '--import',
    './bench/cluster-count.ts',
    bundle,
    ...args,
    '--image',
    image,
    '-o',
    `json=${file('report.json')}`,
  ]
  try {
    const begun = performance.now()
    const child = spawn(process.execPath, whole, {
      cwd: root,
      // Keeps the V8 compile cache, as an installed command does.
      env: {
        NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache'),
        ...process.env,
        CROSSCHECK_COUNT: file('count.json'),
      },
      stdio: ['ignore', 'ignore', 'ignore'],
    })
    await once(child, 'exit')
    const seconds = (performance.now() - begun) / 1000
    const read = (name: string) => JSON.parse(readFileSync(file(name), 'utf8')) as unknown
    return { seconds, report: read('report.json') as Report, ...(read('count.json') as Counts) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

type Counts = Pick<Ran, 'requests' | 'tunnels' | 'batches'>

/** Runs a program and returns its exit code. Discards its output. */
export async function exitCode(program: string, args: readonly string[], input = ''): Promise<number> {
  const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'ignore'] })
  child.stdin.end(input)
  const [code] = (await once(child, 'exit')) as [number | null]
  return code ?? 1
}
