import type { Pod } from '../fabric/world.ts'
import type { Direction } from '../policy/types.ts'
import type { Context, PolicyObject } from './context.ts'
import { perContext } from './per-context.ts'

/** Returns the isolated pods of each direction, each with every policy that isolates it (docs/semantics.md, rule 3). */
export const isolatorsOf = perContext(
  (context: Context): Readonly<Record<Direction, ReadonlyMap<Pod, readonly PolicyObject[]>>> => ({
    ingress: isolatorsIn('ingress', context),
    egress: isolatorsIn('egress', context),
  }),
)

function isolatorsIn(direction: Direction, { policies, population }: Context): ReadonlyMap<Pod, PolicyObject[]> {
  const found = new Map<Pod, PolicyObject[]>()
  for (const each of policies.filter(({ policy }) => policy.policyTypes.includes(direction))) {
    for (const pod of population.select(each.policy.namespace, each.policy.podSelector)) {
      const before = found.get(pod)
      if (before === undefined) found.set(pod, [each])
      else before.push(each)
    }
  }
  return found
}
