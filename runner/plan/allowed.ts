import type { Family } from '../../checks/vantage.ts'
import type { ReachedTarget } from '../scenario/model.ts'
import { addressedCheck, namedCheck, singleSynCheck } from './checks.ts'
import type { AddressAim, Aim, Dial } from './planned-check.ts'
import { aimsFor, drawsOf, hostNameOf, patienceOf, type Task } from './path-context.ts'
import type { PlannedPath } from './planned-path.ts'

/** As the application asks, with the layer-7 condition: by name first, then the same at each ready endpoint's own address. */
export function planAsked(
  target: ReachedTarget,
  task: Task,
): Pick<PlannedPath, 'application' | 'addresses' | 'destinations' | 'gap'> {
  const { path, source, family, dial } = task
  const destinations = aimsFor(target, task)
  const { aims, gap } = destinations
  const wait = patienceOf(task, path.expect.kind === 'blocked' ? 'blocked' : 'allowed')
  const patience = { ...wait, attempts: path.attempts ?? wait.attempts }
  const to = (aim: Aim) => ({ source: source.key, connections: 1, aim })
  const application = applicationAim(target, aims, task)
  return {
    destinations,
    ...(application === undefined || !('host' in target)
      ? {}
      : {
          application: dial({
            ...to(application),
            check:
              application.kind === 'name' || hostNameOf(target) === undefined
                ? namedCheck(target, path.expect, { ...patience, ...(family === undefined ? {} : { family }) })
                : addressedCheck(target, application.socket, { ...patience, expect: path.expect }),
          }),
        }),
    addresses: [
      ...asUsed(target, aims, family).map((aim) =>
        dial({ ...to(aim), check: addressedCheck(target, aim.socket, { ...patience, expect: path.expect }) }),
      ),
      ...aims.flatMap((aim) => drawn(aim, { ...task, aims })),
    ],
    ...(gap === undefined ? {} : { gap }),
  }
}

/** The addresses that an application meets: ready endpoints, of the family that it uses. */
export function asUsed(
  target: ReachedTarget,
  aims: readonly AddressAim[],
  family: Family | undefined,
): readonly AddressAim[] {
  const literal = hostNameOf(target) === undefined
  const ready = aims.filter((aim) => (aim.kind === 'pod' ? aim.ready || literal : aim.kind !== 'virtual'))
  return target.kind === 'pods' || target.kind === 'nodePort' ? ready : ofFamily(ready, family)
}

/** Many connections to an address that draws its endpoints, so that each is met; two that fail are more than a packet lost. */
function drawn(
  aim: AddressAim,
  { source, dial, aims, options }: Task & { readonly aims: readonly AddressAim[] },
): Dial[] {
  const connections = drawsOf(aim, aims)
  const check = singleSynCheck(aim.socket, options.world)
  return connections === 1 ? [] : [dial({ source: source.key, aim, check, connections, singleSyn: true })]
}

/**
 * A name is dialled as a name, a Service's own address as what it is; any other literal is one of the addresses. A node does not use the cluster's
 * DNS: what it reaches of the cluster, it reaches by address.
 */
function applicationAim(
  target: ReachedTarget,
  aims: readonly AddressAim[],
  { source, family }: Task,
): AddressAim | Extract<Aim, { kind: 'name' }> | undefined {
  if (!('host' in target)) return undefined
  const host = hostNameOf(target)
  const byAddress = host === undefined || (source.identity.kind === 'node' && aims.length > 0)
  return byAddress ? ofFamily(aims, family).find(({ kind }) => kind === 'virtual') : { kind: 'name', host }
}

/** Without a family asked for, the one that resolves first counts: A before AAAA. */
function ofFamily(aims: readonly AddressAim[], family: Family | undefined): readonly AddressAim[] {
  const wanted = family ?? (aims.some(({ socket }) => socket.family === 4) ? 4 : 6)
  return aims.filter(({ socket }) => socket.family === wanted)
}
