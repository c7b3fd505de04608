import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildProbe } from '../scripts/build-probe.ts'
import type { Bench, Figure } from './bench.ts'

const program = fileURLToPath(new URL('./probe-alone.ts', import.meta.url))

/**
 * The speed and size of the bundled probe. It runs in its own network namespace if the kernel allows it: on a host with Docker or
 * Kubernetes, firewall rules are evaluated for each packet on loopback too, which reduced all rates by a fifth.
 */
export const probe: Bench = {
  name: 'probe',
  async run() {
    const folder = await mkdtemp(join(tmpdir(), 'crosscheck-bench-'))
    try {
      const bundle = join(folder, 'probe.cjs')
      await buildProbe(bundle)
      const node = [process.execPath, program, bundle] as const
      const alone = ['-Urn', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh', ...node]
      const [command, ...args] = namespaces() ? ['unshare', ...alone] : node
      return JSON.parse(
        execFileSync(command!, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }),
      ) as Figure[]
    } finally {
      await rm(folder, { recursive: true })
    }
  },
}

function namespaces(): boolean {
  try {
    execFileSync('unshare', ['-Urn', 'true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
