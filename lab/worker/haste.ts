import type { Check } from '../../checks/check.ts'
import type { World } from '../../fabric/world.ts'
import { matchesSelector } from '../../policy/selector.ts'
import type { Direction } from '../../policy/types.ts'
import { podKey } from '../layout.ts'
import type { Source } from '../protocol.ts'
import type { Haste } from './concurrency.ts'

/**
 * In which order checks begin: the hasty are those that a policy may block, because they wait until their deadline, and
 * the others can be done meanwhile. This says nothing about what they will see.
 */
export function hasteIn(world: World): (source: Source, check: Check) => Haste {
  const isolated = (direction: Direction) => {
    const acting = world.policies.filter(({ policyTypes }) => policyTypes.includes(direction))
    const byNamespace = Map.groupBy(acting, ({ namespace }) => namespace)
    return world.pods.filter(({ namespace, labels }) =>
      (byNamespace.get(namespace) ?? []).some(({ podSelector }) => matchesSelector(podSelector, labels)),
    )
  }
  const egress = new Set(isolated('egress').map(podKey))
  const ingress = new Set(isolated('ingress').flatMap(({ addresses }) => addresses))
  const free = new Set(world.pods.flatMap(({ addresses }) => addresses).filter((address) => !ingress.has(address)))
  return (source, check) =>
    (source.kind === 'pod' && egress.has(source.pod)) || !('host' in check) || !free.has(check.host)
      ? 'hasty'
      : 'patient'
}
