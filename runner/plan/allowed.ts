import type { Family } from '../../checks/vantage.ts'
import type { ReachedTarget } from '../scenario/model.ts'
import { addressedCheck, namedCheck, singleSynCheck } from './checks.ts'
import { destinationsFor, drawsOf, hostNameOf, type PathContext, patienceOf } from './path-context.ts'
import type { AddressDestination, Destination, PlannedCheck } from './planned-check.ts'
import type { PlannedPath } from './planned-path.ts'

/** Plans what the application does, with the layer-7 conditions: first by name, then the same request at the address of each ready endpoint. */
export function planAllowed(
  target: ReachedTarget,
  task: PathContext,
): Pick<PlannedPath, 'application' | 'addresses' | 'targetDestinations' | 'unresolvedTarget'> {
  const { path, source, family, planCheck } = task
  const targetDestinations = destinationsFor(target, task)
  const { destinations, unresolvedTarget } = targetDestinations
  const wait = patienceOf(task, path.expect.kind === 'blocked' ? 'blocked' : 'allowed')
  const patience = { ...wait, attempts: path.attempts ?? wait.attempts }
  const to = (destination: Destination) => ({ source: source.key, connections: 1, destination })
  const application = applicationDestination(target, destinations, task)
  return {
    targetDestinations,
    ...(application === undefined || !('host' in target)
      ? {}
      : {
          application: planCheck({
            ...to(application),
            check:
              application.kind === 'name' || hostNameOf(target) === undefined
                ? namedCheck(target, path.expect, { ...patience, ...(family === undefined ? {} : { family }) })
                : addressedCheck(target, application.socket, { ...patience, expect: path.expect }),
          }),
        }),
    addresses: [
      ...asUsed(target, destinations, family).map((destination) =>
        planCheck({
          ...to(destination),
          check: addressedCheck(target, destination.socket, { ...patience, expect: path.expect }),
        }),
      ),
      ...destinations.flatMap((destination) => drawn(destination, { ...task, destinations })),
    ],
    ...(unresolvedTarget === undefined ? {} : { unresolvedTarget }),
  }
}

/** The addresses that an application uses: ready endpoints, in the family that it uses. */
export function asUsed(
  target: ReachedTarget,
  destinations: readonly AddressDestination[],
  family: Family | undefined,
): readonly AddressDestination[] {
  const literal = hostNameOf(target) === undefined
  const ready = destinations.filter((destination) =>
    destination.kind === 'pod' ? destination.ready || literal : destination.kind !== 'virtual',
  )
  return target.kind === 'pods' || target.kind === 'nodePort' ? ready : ofFamily(ready, family)
}

/** Enough connections to reach every endpoint of an address that picks one per connection. Two failures are more than packet loss. */
function drawn(
  destination: AddressDestination,
  { source, planCheck, destinations, options }: PathContext & { readonly destinations: readonly AddressDestination[] },
): PlannedCheck[] {
  const connections = drawsOf(destination, destinations)
  const check = singleSynCheck(destination.socket, options.world)
  return connections === 1 ? [] : [planCheck({ source: source.key, destination, check, connections, singleSyn: true })]
}

/**
 * Names are checked by name and Service addresses as virtual addresses; any other literal is in the address list already. A node does not use the
 * cluster's DNS, so it is checked by address.
 */
function applicationDestination(
  target: ReachedTarget,
  destinations: readonly AddressDestination[],
  { source, family }: PathContext,
): AddressDestination | Extract<Destination, { kind: 'name' }> | undefined {
  if (!('host' in target)) return undefined
  const host = hostNameOf(target)
  const byAddress = host === undefined || (source.identity.kind === 'node' && destinations.length > 0)
  return byAddress ? ofFamily(destinations, family).find(({ kind }) => kind === 'virtual') : { kind: 'name', host }
}

/** Without a requested family, the first family that resolves counts: A before AAAA. */
function ofFamily(
  destinations: readonly AddressDestination[],
  family: Family | undefined,
): readonly AddressDestination[] {
  const wanted = family ?? (destinations.some(({ socket }) => socket.family === 4) ? 4 : 6)
  return destinations.filter(({ socket }) => socket.family === wanted)
}
