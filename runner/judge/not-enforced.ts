import type { PathPrediction } from '../predict/predict.ts'
import { inconclusive, type Verdict } from './endpoint-verdict.ts'

/** If a policy that the fabric cannot enforce would change the result, the observation says nothing about a cluster. */
export function notEnforced({ byPlannedCheck, dns }: PathPrediction, { observed }: Verdict): Verdict | undefined {
  const hops = [...dns, ...[...byPlannedCheck.values()].flat()]
  const names = [...new Set(hops.flatMap(({ overruledBy }) => overruledBy))]
  if (names.length === 0) return undefined
  const sentence = `ClusterNetworkPolicy ${names.join(', ')} would decide otherwise, and is not enforced here`
  return inconclusive('not_simulated', sentence, observed === undefined ? {} : { observed })
}
