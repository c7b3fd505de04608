import type { Governed } from '../foreign/governed.ts'
import { governedBy } from '../foreign/kinds.ts'
import type { ForeignObject, PolicyWorld } from './world.ts'

/** A policy of a kind that the engine does not evaluate, and what it can change. */
export interface ForeignPolicy {
  readonly object: ForeignObject
  readonly governed: Governed
}

/** Returns the objects of a world that the engine does not evaluate and that can override NetworkPolicies. */
export function foreignPoliciesOf({ notSimulated = [] }: PolicyWorld): readonly ForeignPolicy[] {
  return notSimulated.flatMap((object) => {
    const governed = governedBy(object)
    const { value: _, meshRoots: __, ...name } = object
    return governed === undefined ? [] : [{ object: name, governed }]
  })
}
