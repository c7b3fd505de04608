import { portOf, type ReachedTarget } from './aims.ts'
import { lookupCheck, type Patience, transportCheck } from './checks.ts'
import type { Aim, Dial, SourceKey } from './dial.ts'
import type { PlannedPath } from './paths.ts'
import { aimsFor, hostNameOf, patienceOf, type Task } from './task.ts'

/** New connections to each address of a path that must be blocked: one that gets through is a leak. */
const connections = 3
/** A node draws one endpoint for each connection to a NodePort: with so many per endpoint, one is missed in 20,000 runs. */
const perEndpoint = 10
const most = 50

/** Layer 4 alone, by address: every virtual address and every endpoint behind it, those not ready included; the name's resolution beside it. */
export function planBlocked(
  target: ReachedTarget,
  task: Task,
): Pick<PlannedPath, 'addresses' | 'lookup' | 'gap' | 'witnesses'> {
  const { path, source, witness, dial, options } = task
  const { aims, gap } = aimsFor(target, task)
  const wait = patienceOf(task, 'blocked')
  const own = options.probes.get(source.key)?.pod?.uid
  const host = hostNameOf(target)
  const beyond = gap?.cause === 'external_name' && host !== undefined ? host : undefined
  const others: readonly Aim[] =
    beyond === undefined
      ? aims.filter((aim) => aim.kind !== 'pod' || aim.pod.uid !== own)
      : [{ kind: 'name', host: beyond }]
  const to = (from: SourceKey, aim: Aim): Dial => {
    const at = aim.kind === 'name' ? { address: aim.host, ...portOf(target) } : aim.socket
    return dial({
      source: from,
      aim,
      check: transportCheck(at, wait),
      connections: path.attempts ?? connectionsTo(aim),
    })
  }
  return {
    addresses: others.map((aim) => to(source.key, aim)),
    witnesses: witness === undefined ? [] : others.map((aim) => to(witness.key, aim)),
    ...(host === undefined || beyond !== undefined ? {} : { lookup: dial(lookupOf(host, source.key, wait)) }),
    ...(gap === undefined || beyond !== undefined ? {} : { gap }),
  }
}

function connectionsTo(aim: Aim): number {
  return aim.kind === 'node' && aim.endpoints.length > 1
    ? Math.min(aim.endpoints.length * perEndpoint, most)
    : connections
}

function lookupOf(host: string, source: SourceKey, wait: Patience): Dial {
  return { source, aim: { kind: 'name', host }, check: lookupCheck(host, wait), connections: 1 }
}
