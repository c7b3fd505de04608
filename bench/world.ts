import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Bench, Figure } from './bench.ts'
import { size } from './world-objects.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const ends = ['team-1/deployment/app-0', 'team-0/service/app-0:80'] as const

/** `explain` of a path in a cluster of 50,000 pods and 2,000 namespaces, read from an API server that pages: time, processor time, memory. */
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
      // The first round makes the server write its pages.
      await explain(kubeconfig)
      const { ms, cpuMs, mebibytes } = await explain(kubeconfig)
      const what = `explain, ${size.namespaces * size.podsPerNamespace} pods, ${size.namespaces} namespaces`
      return [
        { what, value: ms, unit: 'ms', goal: '≤ 5,000' },
        { what: `${what}, processor time`, value: cpuMs, unit: 'ms' },
        { what: `${what}, resident memory at most`, value: mebibytes, unit: 'MiB', goal: '≤ 500' },
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
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'large' },
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user: { token: 'none' } }],
    contexts: [{ name: 'large', context: { cluster: 'c', user: 'u' } }],
  })
}

/** The bundle that ships as a process of its own, which tells at its end what it took. */
async function explain(kubeconfig: string): Promise<{ ms: number; cpuMs: number; mebibytes: number }> {
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
  return { ms: performance.now() - begun, cpuMs, mebibytes: usage.maxRSS / 1024 }
}
