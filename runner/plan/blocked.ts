import type { Family } from '../../checks/vantage.ts'
import type { Pod } from '../../fabric/world.ts'
import type { ReachedTarget } from '../scenario/model.ts'
import { lookupCheck, singleSynCheck, transportCheck } from './checks.ts'
import { portOf } from './destinations-of-target.ts'
import { destinationsFor, drawsOf, hostNameOf, type PathContext, patienceOf } from './path-context.ts'
import type { AddressDestination, Destination, PlannedCheck, SourceKey } from './planned-check.ts'
import type { PlannedPath } from './planned-path.ts'
import { sourcePodOf } from './same-pod.ts'

/** New connections to each address of a path that must be blocked. One that connects is a leak. */
const connections = 3

/** Plans layer-4 checks by address: every virtual address and every endpoint, including those that are not ready. Adds a DNS lookup of the name. */
export function planBlocked(
  target: ReachedTarget,
  task: PathContext,
): Pick<PlannedPath, 'addresses' | 'targetDestinations' | 'lookup' | 'unresolvedTarget' | 'witnesses'> {
  const { path, source, witness, planCheck, options } = task
  const targetDestinations = destinationsFor(target, task)
  const { destinations, unresolvedTarget } = targetDestinations
  const wait = patienceOf(task, 'blocked')
  const probe = options.probes.get(source.key)
  const own = probe === undefined ? sourcePodOf(source.identity, options.world) : probe.pod
  const host = hostNameOf(target)
  const isExternal = unresolvedTarget?.cause === 'external_name' && host !== undefined
  const beyond = isExternal && destinations.length === 0 ? host : undefined
  const others: readonly Destination[] =
    beyond === undefined
      ? destinations.filter(
          (destination) =>
            !leadsTo(own, destination) && !(source.identity.kind === 'outside' && isClusterIp(destination)),
        )
      : [{ kind: 'name', host: beyond }]
  const to = (from: SourceKey, destination: Destination): PlannedCheck => {
    const at = destination.kind === 'name' ? { address: destination.host, ...portOf(target) } : destination.socket
    const draws = drawsOf(destination, others)
    const made = path.attempts ?? Math.max(connections, draws)
    if (draws === 1 || at.protocol === 'UDP')
      return planCheck({
        source: from,
        destination,
        check: transportCheck(at, wait, options.world),
        connections: made,
      })
    return planCheck({
      source: from,
      destination,
      check: singleSynCheck(at, options.world, wait.deadlineMs),
      connections: made,
      singleSyn: true,
    })
  }
  return {
    targetDestinations,
    addresses: others.map((destination) => to(source.key, destination)),
    witnesses: witness === undefined ? [] : others.map((destination) => to(witness.key, destination)),
    ...(host === undefined || beyond !== undefined || source.identity.kind === 'node'
      ? {}
      : {
          lookup: planCheck({
            source: source.key,
            destination: { kind: 'name', host },
            check: lookupCheck(host, familyAsked(destinations), wait),
            connections: 1,
          }),
        }),
    ...(unresolvedTarget === undefined || isExternal ? {} : { unresolvedTarget }),
  }
}

/**
 * Whether a destination may be the pod itself. A pod always reaches itself (docs/semantics.md#rule-53), also through a Service that may pick it, so
 * only the other endpoints give evidence.
 */
function leadsTo(pod: Pod | undefined, destination: AddressDestination): boolean {
  if (pod === undefined || pod.hostNetwork || destination.kind === 'external') return false
  if (destination.kind === 'pod') return destination.pod.uid === pod.uid
  return destination.endpoints.some(({ address }) => pod.addresses.includes(address))
}

/** The family of the record in the lookup: IPv4 if the addresses have both. */
function familyAsked(destinations: readonly AddressDestination[]): Family {
  return destinations.length > 0 && destinations.every(({ socket }) => socket.family === 6) ? 6 : 4
}

/** Whether it is a ClusterIP. Only nodes and pods translate it, so a client outside the cluster cannot use it. */
function isClusterIp(destination: AddressDestination): boolean {
  return destination.kind === 'virtual' && destination.service.clusterIPs.includes(destination.socket.address)
}
