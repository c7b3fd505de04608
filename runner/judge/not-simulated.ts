import type { ObjectRef, World } from '../../fabric/world.ts'
import type { PlannedPath } from '../plan/paths.ts'
import { inconclusive, type Verdict } from './verdict.ts'

const missing = new Set<string>(['no_such_name', 'no_endpoints', 'target_gone'])
/** Objects that lead to what others made, and make nothing that could be dialled. */
const makesNothing =
  /^(Ingress|IngressClass|.*Route|Gateway|VirtualService|DestinationRule|.*Policy|.*Monitor|Certificate|.*Issuer)$/

/** A target that only an object would create that nothing here acts on: not known, rather than wrong. */
export function notSimulated(
  { gap, path, source }: PlannedPath,
  verdict: Verdict,
  { notSimulated: all }: World,
): Verdict | undefined {
  if (verdict.status === 'pass' || gap === undefined || !missing.has(gap.cause)) return undefined
  const { target } = path
  const [first = '', second = source.namespace] = 'host' in target ? target.host.split('.') : []
  const makers = all.filter(
    ({ kind, namespace, name }) => !makesNothing.test(kind) && namespace === second && first.startsWith(name),
  )
  if (makers.length === 0) return undefined
  const sentence = `${gap.sentence}; ${makers.map(titleOf).join(', ')} would create it, and is not simulated`
  return inconclusive('not_simulated', sentence, verdict.observed === undefined ? {} : { observed: verdict.observed })
}

function titleOf({ kind, namespace, name }: ObjectRef): string {
  return `${kind} ${namespace}/${name}`
}
