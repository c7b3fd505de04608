import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type Bench, type Figure, median } from './bench.ts'
import { size } from './world-objects.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const ends = ['team-1/deployment/app-0', 'team-0/service/app-0:80'] as const

const rounds = 3

/**
 * `explain` of a path in a cluster of 50,000 pods and 2,000 namespaces, read from a paginating API server. Measures time, processor time,
 * memory, and the processor time of the server during the run. The server generates its pages beforehand.
 */
export const world: Bench = {
  name: 'world',
  async run() {
    execFileSync(process.execPath, ['scripts/build.ts'], { cwd: root })
    const server = spawn(process.execPath, ['bench/world-server.ts'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const folder = mkdtempSync(join(tmpdir(), 'crosscheck-bench-'))
    try {
      const kubeconfig = join(folder, 'config')
      writeFileSync(kubeconfig, configFor(await portOf(server)))
      // The first round makes the server generate its pages.
      await explain(kubeconfig, server.pid)
      const runs: Run[] = []
      for (let round = 0; round < rounds; round++) runs.push(await explain(kubeconfig, server.pid))
      const of = (key: keyof Run) => median(runs.map((run) => run[key]))
      const what = `explain, ${size.namespaces * size.podsPerNamespace} pods, ${size.namespaces} namespaces`
      return [
        { what: `${what}, median of ${rounds}`, value: of('ms'), unit: 'ms', goal: '≤ 5,000' },
        { what: `${what}, processor time`, value: of('cpuMs'), unit: 'ms' },
        { what: `${what}, resident memory at most`, value: of('mebibytes'), unit: 'MiB', goal: '≤ 500' },
        { what: 'processor time of the stand-in server meanwhile', value: of('serverMs'), unit: 'ms' },
      ] satisfies Figure[]
    } finally {
      server.kill()
      rmSync(folder, { recursive: true })
    }
  },
}

async function portOf({ stdout }: ChildProcess): Promise<number> {
  for await (const line of createInterface({ input: stdout! })) return Number(line)
  throw new Error('the stand-in API server did not start')
}

function configFor(port: number): string {
  const cluster = { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true }
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'large',
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user: { token: 'none' } }],
    contexts: [{ name: 'large', context: { cluster: 'c', user: 'u' } }],
  })
}

interface Run {
  readonly ms: number
  readonly cpuMs: number
  readonly mebibytes: number
  readonly serverMs: number
}

/** Runs the bundle that ships as a separate process, which reports its resource usage on exit. */
async function explain(kubeconfig: string, server: number | undefined): Promise<Run> {
  const before = cpuMsOf(server)
  const begun = performance.now()
  const tell = `data:text/javascript,${encodeURIComponent("process.on('exit',()=>process.stderr.write('\\n'+JSON.stringify(process.resourceUsage())))")}`
  const args = ['--import', tell, 'dist/crosscheck.js', 'explain', ...ends, '--kubeconfig', kubeconfig]
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  const [code] = (await once(child, 'close')) as [number]
  if (code !== 0) throw new Error(`explain ended with ${code}: ${said}`)
  const usage = JSON.parse(said.slice(said.lastIndexOf('\n'))) as NodeJS.ResourceUsage
  const cpuMs = (usage.userCPUTime + usage.systemCPUTime) / 1000
  const ms = performance.now() - begun
  return { ms, cpuMs, mebibytes: usage.maxRSS / 1024, serverMs: cpuMsOf(server) - before }
}

/** User and system time of a process (proc_pid_stat(5), fields 14 and 15), converted from ticks of 10 ms. */
function cpuMsOf(pid: number | undefined): number {
  const [, rest = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')
  const fields = rest.split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}
