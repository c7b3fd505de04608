import type { ObjectRef, World } from '../../fabric/world.ts'
import type { PlannedPath } from '../plan/paths.ts'
import type { PathPrediction } from '../predict/predict.ts'
import { inconclusive, type Verdict } from './verdict.ts'

const missing = new Set<string>(['no_such_name', 'no_endpoints', 'target_gone'])
/** Objects that lead to what others made, and make nothing that could be dialled. */
const makesNothing =
  /^(Ingress|IngressClass|.*Route|Gateway|VirtualService|DestinationRule|.*Policy|.*Monitor|Certificate|.*Issuer)$/

/** The Service that every cluster has. */
const apiServer = /^kubernetes\.default(\.svc(\.cluster\.local)?)?\.?$/

/** A target that only an object would create that nothing here acts on: not known, rather than wrong. */
export function notSimulated(
  { gap, path, source }: PlannedPath,
  verdict: Verdict,
  { notSimulated: all }: World,
): Verdict | undefined {
  if (verdict.status === 'pass' || gap === undefined || !missing.has(gap.cause)) return undefined
  const { target } = path
  const known = verdict.observed === undefined ? {} : { observed: verdict.observed }
  if ('host' in target && apiServer.test(target.host))
    return inconclusive('not_simulated', `${gap.sentence}; the API server is not simulated`, known)
  if (gap.hidden === true) return inconclusive('not_simulated', gap.sentence, known)
  const [first = '', second = source.namespace] = 'host' in target ? target.host.split('.') : []
  const makers = all.filter(
    ({ kind, namespace, name }) => !makesNothing.test(kind) && namespace === second && first.startsWith(name),
  )
  if (makers.length === 0) return undefined
  const sentence = `${gap.sentence}; ${makers.map(titleOf).join(', ')} would create it, and is not simulated`
  return inconclusive('not_simulated', sentence, known)
}

function titleOf({ kind, namespace, name }: ObjectRef): string {
  return `${kind} ${namespace}/${name}`
}

/** A host beyond the lab for which nobody stands in: that it does not answer says nothing of the cluster. */
export function beyondTheLab(planned: PlannedPath, verdict: Verdict, prediction: PathPrediction): Verdict | undefined {
  const { gap, addresses, path } = planned
  if (verdict.status !== 'fail' || path.expect.kind === 'blocked' || prediction.verdict === 'deny') return undefined
  const outside =
    gap?.cause === 'external_name' || (addresses.length > 0 && addresses.every(({ aim }) => aim.kind === 'external'))
  if (!outside || !silent.has(verdict.cause ?? '')) return undefined
  const sentence = `nobody stands in for ${path.target.name} in the lab: name it under spec.lab.externals`
  return inconclusive('not_simulated', sentence, verdict.observed === undefined ? {} : { observed: verdict.observed })
}

const silent = new Set<string>(['blocked', 'dns', 'policy', 'enforcement', 'not_listening', 'target_gone'])
