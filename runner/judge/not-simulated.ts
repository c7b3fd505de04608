import { lookUpHost } from '../../fabric/lookup/host-lookup.ts'
import { isPublic } from '../../fabric/public-suffix.ts'
import type { ObjectRef, World } from '../../fabric/world.ts'
import type { PlannedPath } from '../plan/planned-path.ts'
import type { PathPrediction } from '../predict/predict.ts'
import { inconclusive, type Verdict } from './endpoint-verdict.ts'

const missing = new Set<string>(['no_such_name', 'no_endpoints', 'target_gone'])
/** Kinds that refer to objects made elsewhere and create nothing that a connection could reach. */
const makesNothing =
  /^(Ingress|IngressClass|.*Route|Gateway|VirtualService|DestinationRule|.*Policy|.*Monitor|Certificate|.*Issuer)$/

/** The Service of the API server, which every cluster has. */
const apiServer = /^kubernetes\.default(\.svc(\.cluster\.local)?)?\.?$/

/** A target that only an object of a kind that is not simulated would create: inconclusive instead of a failure. */
export function notSimulated(
  { unresolvedTarget, path, source }: PlannedPath,
  verdict: Verdict,
  { notSimulated: all }: World,
): Verdict | undefined {
  if (verdict.status === 'pass' || unresolvedTarget === undefined || !missing.has(unresolvedTarget.cause))
    return undefined
  const { target } = path
  const known = verdict.observed === undefined ? {} : { observed: verdict.observed }
  if ('host' in target && apiServer.test(target.host))
    return inconclusive('not_simulated', `${unresolvedTarget.sentence}; the API server is not simulated`, known)
  if (unresolvedTarget.hidden === true) return inconclusive('not_simulated', unresolvedTarget.sentence, known)
  const [first = '', second = source.namespace] = 'host' in target ? target.host.split('.') : []
  const makers = all.filter(
    ({ kind, namespace, name }) => !makesNothing.test(kind) && namespace === second && first.startsWith(name),
  )
  if (makers.length === 0) return undefined
  const sentence = `${unresolvedTarget.sentence}; ${makers.map(titleOf).join(', ')} would create it, and is not simulated`
  return inconclusive('not_simulated', sentence, known)
}

function titleOf({ kind, namespace, name }: ObjectRef): string {
  return `${kind} ${namespace}/${name}`
}

/** A host outside the cluster that the lab has no stand-in for. What the lab's DNS and network do there says nothing about the host. */
export function beyondTheLab(
  planned: PlannedPath,
  verdict: Verdict,
  { prediction, world }: { readonly prediction: PathPrediction; readonly world: World },
): Verdict | undefined {
  const { unresolvedTarget, addresses, path, source } = planned
  const { target } = path
  const known = verdict.observed === undefined ? {} : { observed: verdict.observed }
  if (target.kind === 'dns') {
    const named = lookUpHost(target.host, source.namespace, world)
    if (path.expect.kind === 'blocked' || named.kind !== 'external' || !isPublic(named.host)) return undefined
    if (verdict.status === 'inconclusive' || prediction.verdict === 'deny' || isKnown(named.host, world))
      return undefined
    return inconclusive('no_control', `${target.host} is a name outside the cluster`, known)
  }
  if (verdict.status !== 'fail' || path.expect.kind === 'blocked' || prediction.verdict === 'deny') return undefined
  const outside =
    unresolvedTarget?.cause === 'external_name' ||
    (addresses.length > 0 && addresses.every(({ destination }) => destination.kind === 'external'))
  if (!outside || !silent.has(verdict.cause ?? '')) return undefined
  const sentence = `nobody stands in for ${target.name} in the lab: name it under spec.lab.externals`
  return inconclusive('not_simulated', sentence, known)
}

function isKnown(host: string, { externalHosts = [] }: World): boolean {
  return externalHosts.some(({ name }) => name === host)
}

const silent = new Set<string>(['blocked', 'dns', 'policy', 'enforcement', 'not_listening', 'target_gone'])

/** Says that a stand-in answered for a host outside the cluster. */
export function standInText({ addresses, path }: PlannedPath, { seen }: Verdict): readonly string[] {
  const outside = addresses.length > 0 && addresses.every(({ destination }) => destination.kind === 'external')
  if (!outside || path.expect.kind === 'blocked' || seen !== 'open') return []
  return [`a stand-in of the lab answered for ${path.target.name}: that the host itself does is assumed`]
}
