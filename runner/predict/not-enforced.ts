import type { World } from '../../fabric/world.ts'
import { compile } from '../../policy/engine/compile.ts'
import type { Unanswerable } from '../../policy/engine/path.ts'
import { predict } from '../../policy/engine/predict.ts'
import type { Prediction } from '../../policy/engine/prediction.ts'
import type { Query } from '../../policy/engine/query.ts'

/** Names the policies that this fabric does not enforce and that would change a prediction. */
export type NotEnforced = (query: Query, prediction: Prediction | Unanswerable) => readonly string[]

/** Undefined if the fabric enforces all policies of the world. */
export function notEnforcedBy({ notEnforced = [], ...world }: World): NotEnforced | undefined {
  if (notEnforced.length === 0) return undefined
  const full = compile({ ...world, clusterPolicies: notEnforced })
  return (query, prediction) => {
    const other = predict(query, full)
    if (other.kind === 'unanswerable' || prediction.kind === 'unanswerable') return []
    if (other.verdict === prediction.verdict) return []
    const tiers = [other.egress, other.ingress].flatMap((side) => side.tiers)
    const rules = tiers.flatMap(({ policies }) => policies.flatMap((policy) => policy.rules))
    const names = rules.flatMap(({ policy, matched }) =>
      matched && policy.kind === 'ClusterNetworkPolicy' ? [policy.name] : [],
    )
    return names.length === 0 ? notEnforced.map(({ name }) => name) : [...new Set(names)]
  }
}
