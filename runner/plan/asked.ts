import type { Family } from '../../checks/vantage.ts'
import type { ReachedTarget } from './aims.ts'
import { addressedCheck, namedCheck } from './checks.ts'
import type { AddressAim, Aim } from './dial.ts'
import type { PlannedPath } from './paths.ts'
import { aimsFor, hostNameOf, patienceOf, type Task } from './task.ts'

/** As the application asks, with the layer-7 condition: by name first, then the same at each ready endpoint's own address. */
export function planAsked(target: ReachedTarget, task: Task): Pick<PlannedPath, 'application' | 'addresses' | 'gap'> {
  const { path, source, family, dial } = task
  const { aims, gap } = aimsFor(target, task)
  const wait = patienceOf(task, path.expect.kind === 'blocked' ? 'blocked' : 'allowed')
  const patience = { ...wait, attempts: path.attempts ?? wait.attempts }
  const one = { source: source.key, connections: 1 }
  const application = applicationAim(target, aims)
  const ready = aims.filter((aim) => (aim.kind === 'pod' ? aim.ready : aim.kind !== 'virtual') && aim !== application)
  const kept = target.kind === 'pods' || target.kind === 'nodePort' ? ready : ofFamily(ready, family)
  return {
    ...(application === undefined || !('host' in target)
      ? {}
      : {
          application: dial({
            ...one,
            aim: application,
            check: namedCheck(target, path.expect, { ...patience, ...(family === undefined ? {} : { family }) }),
          }),
        }),
    addresses: kept.map((aim) =>
      dial({ ...one, aim, check: addressedCheck(target, aim.socket, { ...patience, expect: path.expect }) }),
    ),
    ...(gap === undefined ? {} : { gap }),
  }
}

/** A name is dialled as a name; a literal address is what it belongs to. */
function applicationAim(target: ReachedTarget, aims: readonly AddressAim[]): Aim | undefined {
  if (!('host' in target)) return undefined
  const host = hostNameOf(target)
  return host === undefined ? aims.find(({ socket }) => socket.address === target.host) : { kind: 'name', host }
}

/** Without a family asked for, the one that resolves first counts: A before AAAA. */
function ofFamily(aims: readonly AddressAim[], family: Family | undefined): readonly AddressAim[] {
  const wanted = family ?? (aims.some(({ socket }) => socket.family === 4) ? 4 : 6)
  return aims.filter(({ socket }) => socket.family === wanted)
}
