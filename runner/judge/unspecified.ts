import type { PlannedPath } from '../plan/planned-path.ts'
import type { HopPrediction } from '../predict/hop-prediction.ts'
import type { PathPrediction } from '../predict/predict.ts'
import type { Cause } from '../result/path-result.ts'
import { isBlockedElsewhere } from './cross-check.ts'
import { inconclusive, type Verdict } from './endpoint-verdict.ts'

/**
 * Where the specification leaves the result open, the lab implements one choice. If the prediction is unknown for that reason, the lab's result says
 * nothing about a cluster.
 */
export function unspecified(
  { path, unresolvedTarget }: PlannedPath,
  verdict: Verdict,
  { verdict: predicted, evidence, hops, dns, dnsUnknown, unresolvable }: PathPrediction,
): Verdict | undefined {
  if (predicted !== 'undefined' || unresolvable !== undefined || isBlockedElsewhere(path)) return undefined
  if (unresolvedTarget !== undefined && unresolvedTarget.cause !== 'external_name') return undefined
  if (!dnsUnknown && ![...hops, ...dns].some(isUnknown)) return undefined
  if (verdict.status !== 'pass' && !(verdict.status === 'fail' && byPackets.has(verdict.cause ?? ''))) return undefined
  const { observed, seen, control } = verdict
  const word = { open: 'open', blocked: 'blocked', partly: 'partly open', unknown: 'not reached' }[seen]
  const sentence = `${word} in the lab, where a cluster may differ: ${evidence[0]}`
  return inconclusive('no_control', sentence, { observed, control })
}

const byPackets = new Set<Cause | ''>(['open', 'blocked', 'partly_open', 'leak', 'dns', 'service'])

function isUnknown({ verdict, prediction }: HopPrediction): boolean {
  return verdict === 'undefined' && prediction.kind === 'prediction'
}
