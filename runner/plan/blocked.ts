import type { Family } from '../../checks/vantage.ts'
import type { Pod } from '../../fabric/world.ts'
import type { ReachedTarget } from '../scenario/model.ts'
import { lookupCheck, singleSynCheck, transportCheck } from './checks.ts'
import type { AddressAim, Aim, Dial, SourceKey } from './planned-check.ts'
import { portOf } from './destinations-of-target.ts'
import { aimsFor, drawsOf, hostNameOf, patienceOf, type Task } from './path-context.ts'
import type { PlannedPath } from './planned-path.ts'
import { sourcePodOf } from './same-pod.ts'

/** New connections to each address of a path that must be blocked: one that gets through is a leak. */
const connections = 3

/** Layer 4 alone, by address: every virtual address and every endpoint behind it, those not ready included; the name's resolution beside it. */
export function planBlocked(
  target: ReachedTarget,
  task: Task,
): Pick<PlannedPath, 'addresses' | 'destinations' | 'lookup' | 'gap' | 'witnesses'> {
  const { path, source, witness, dial, options } = task
  const destinations = aimsFor(target, task)
  const { aims, gap } = destinations
  const wait = patienceOf(task, 'blocked')
  const probe = options.probes.get(source.key)
  const own = probe === undefined ? sourcePodOf(source.identity, options.world) : probe.pod
  const host = hostNameOf(target)
  const isExternal = gap?.cause === 'external_name' && host !== undefined
  const beyond = isExternal && aims.length === 0 ? host : undefined
  const others: readonly Aim[] =
    beyond === undefined
      ? aims.filter((aim) => !leadsTo(own, aim) && !(source.identity.kind === 'outside' && isClusterIp(aim)))
      : [{ kind: 'name', host: beyond }]
  const to = (from: SourceKey, aim: Aim): Dial => {
    const at = aim.kind === 'name' ? { address: aim.host, ...portOf(target) } : aim.socket
    const draws = drawsOf(aim, others)
    const made = path.attempts ?? Math.max(connections, draws)
    if (draws === 1 || at.protocol === 'UDP')
      return dial({ source: from, aim, check: transportCheck(at, wait, options.world), connections: made })
    return dial({
      source: from,
      aim,
      check: singleSynCheck(at, options.world, wait.deadlineMs),
      connections: made,
      singleSyn: true,
    })
  }
  return {
    destinations,
    addresses: others.map((aim) => to(source.key, aim)),
    witnesses: witness === undefined ? [] : others.map((aim) => to(witness.key, aim)),
    ...(host === undefined || beyond !== undefined || source.identity.kind === 'node'
      ? {}
      : {
          lookup: dial({
            source: source.key,
            aim: { kind: 'name', host },
            check: lookupCheck(host, familyAsked(aims), wait),
            connections: 1,
          }),
        }),
    ...(gap === undefined || isExternal ? {} : { gap }),
  }
}

/** A pod always reaches itself (docs/semantics.md, rule 53), also by a Service that may draw it; then the other endpoints tell. */
function leadsTo(pod: Pod | undefined, aim: AddressAim): boolean {
  if (pod === undefined || pod.hostNetwork || aim.kind === 'external') return false
  if (aim.kind === 'pod') return aim.pod.uid === pod.uid
  return aim.endpoints.some(({ address }) => pod.addresses.includes(address))
}

/** The family whose record stands beside the path: of its addresses, IPv4 where they have both. */
function familyAsked(aims: readonly AddressAim[]): Family {
  return aims.length > 0 && aims.every(({ socket }) => socket.family === 6) ? 6 : 4
}

/** A virtual address that only nodes and pods translate: from beyond nobody can mean it. */
function isClusterIp(aim: AddressAim): boolean {
  return aim.kind === 'virtual' && aim.service.clusterIPs.includes(aim.socket.address)
}
