import { execFileSync } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import type { Figure } from './bench.ts'
import { residentMegabytes } from './lab-processes.ts'
import { batch } from './probe-loads.ts'
import { type Program, startProbe, startTarget } from './probe-programs.ts'

/** Time after which the probe has collected the garbage of starting and working (probe/service.ts: 5 s without a request). */
const settledMs = 7_000
/** A documentation address (RFC 5737) on a link whose other end does not respond: every packet is sent, and none is answered. */
const silent = { host: '192.0.2.7', port: 80, deadlineMs: 1_000 }
const silence = [
  'link add silence type veth peer name silence-end',
  'addr add 192.0.2.1/24 dev silence',
  'link set silence up',
  'link set silence-end up',
  'neigh add 192.0.2.7 lladdr 02:00:00:00:00:07 dev silence',
]

/** The memory of the bundled probe: idle, with 1,000 checks in flight, and afterwards. */
export async function memory(bundle: string): Promise<readonly Figure[]> {
  const hasSilence = laySilence()
  const target = await startTarget()
  const probe = await startProbe(bundle)
  try {
    await pause(settledMs)
    const idle = { what: 'probe, idle', value: mebibytes(probe, 'VmRSS'), unit: 'MiB', goal: '≤ 64' }
    const quick = { host: '127.0.0.1', port: target.port }
    for (let round = 0; round < 3; round++) await batch(probe, quick, { count: 10_000, reason: 'connected' })
    const afterQuick = {
      what: 'probe, most in batches of 10,000 quick checks',
      value: mebibytes(probe, 'VmHWM'),
      unit: 'MiB',
      goal: '≤ 128',
    }
    if (hasSilence) await batch(probe, silent, { count: 5_000, reason: 'connect_timeout' })
    const inFlight = {
      what: 'probe, most with 1,000 silent checks in flight',
      value: mebibytes(probe, 'VmHWM'),
      unit: 'MiB',
      goal: '≤ 128',
    }
    await pause(settledMs)
    const after = { what: 'probe, idle again', value: mebibytes(probe, 'VmRSS'), unit: 'MiB' }
    return [idle, afterQuick, ...(hasSilence ? [inFlight] : []), after]
  } finally {
    for (const each of [target, probe]) each.child.kill('SIGKILL')
  }
}

const mebibytes = ({ pid }: Program, when: 'VmRSS' | 'VmHWM'): number =>
  (residentMegabytes([pid], when) * 1e6) / 2 ** 20

/** Needs its own network namespace, which bench/probe.ts creates if the kernel allows it. */
function laySilence(): boolean {
  try {
    for (const line of silence) execFileSync('ip', line.split(' '), { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
