import { isObject } from '../field.ts'
import type { LabelSelector } from '../types.ts'
import type { AllPorts, Fields, ForeignHead, Governed } from './governed.ts'
import { listAt, objectAt } from './parts.ts'

/** The default root namespace: a policy there applies to the whole mesh. `rootNamespace` of the mesh configuration overrides it. */
export const usualMeshRoot = 'istio-system'

/** Sidecars and ztunnel proxy only TCP: "non-TCP based protocols, such as UDP, are not proxied" (istio.io, Protocol Selection). */
const tcp = { effect: 'deny', protocols: ['TCP'] } as const satisfies Partial<Governed>

/**
 * An AuthorizationPolicy (istio.io/latest/docs/reference/config/security/authorization-policy). It decides at the workloads that it
 * selects, as destinations. A request is denied if a CUSTOM or DENY policy matches, or if the workload has ALLOW policies and none matches.
 * It never allows what a NetworkPolicy denies. Returns undefined if it can deny nothing.
 */
export function authorizationPolicy(object: ForeignHead): Governed | undefined {
  const { value } = object
  const spec = objectAt(value, 'spec')
  const scope = { ...tcp, directions: ['ingress'], ...scopeOf(object, spec) } as const
  // Only its name is known.
  if (value === undefined) return scope
  const action = spec['action'] ?? 'ALLOW'
  const isDryRun = objectAt(objectAt(value, 'metadata'), 'annotations')['istio.io/dry-run'] === 'true'
  // "AUDIT policies do not affect whether requests are allowed or denied."
  if (action === 'AUDIT' || (isDryRun && action !== 'CUSTOM')) return undefined
  const rules = listAt(spec, 'rules')
  if (action === 'ALLOW') {
    const allowsAll = allowedBy(rules)
    if (scope.waypointsOf === undefined) return { ...scope, allowsAll }
    return allowsAll === 'every port' ? undefined : scope
  }
  if (action !== 'DENY' && action !== 'CUSTOM') return scope
  // "If not set, the match will never occur."
  if (rules.length === 0) return undefined
  const ports = rules.map(portsOf)
  return ports.includes(undefined) ? scope : { ...scope, ports: ports.flatMap((each) => each ?? []) }
}

/**
 * A PeerAuthentication (istio.io/latest/docs/reference/config/security/peer_authentication). With STRICT, a workload rejects plain text, as
 * a destination. PERMISSIVE accepts both, and UNSET inherits from the parent.
 */
export function peerAuthentication(object: ForeignHead): Governed | undefined {
  const spec = objectAt(object.value, 'spec')
  const scope = { ...tcp, directions: ['ingress'], ...selected(object, spec) } as const
  if (object.value === undefined) return scope
  if (!isLenient(objectAt(spec, 'mtls'))) return scope
  const strict = Object.entries(objectAt(spec, 'portLevelMtls')).filter(([, mtls]) => !isLenient(mtls))
  return strict.length === 0 ? undefined : { ...scope, ports: strict.map(([port]) => Number(port)) }
}

function isLenient(mtls: unknown): boolean {
  const mode = isObject(mtls) ? mtls['mode'] : undefined
  return mode === undefined || mode === 'UNSET' || mode === 'PERMISSIVE'
}

/**
 * A Sidecar (istio.io/latest/docs/reference/config/networking/sidecar). With REGISTRY_ONLY, the proxies of the workloads drop traffic to
 * unknown destinations, as sources. With ALLOW_ANY, the default, they forward it.
 */
export function sidecar(object: ForeignHead): Governed | undefined {
  const spec = objectAt(object.value, 'spec')
  if (object.value !== undefined && objectAt(spec, 'outboundTrafficPolicy')['mode'] !== 'REGISTRY_ONLY')
    return undefined
  return { ...tcp, directions: ['egress'], ...selected(object, spec, 'workloadSelector', 'labels') }
}

/** "If the authorization policy is in the root namespace, the selector will additionally match with workloads in all namespaces." */
function selected(object: ForeignHead, spec: Fields, key = 'selector', labels = 'matchLabels') {
  const wanted = Object.entries(objectAt(objectAt(spec, key), labels))
  const isSound = wanted.every(([, value]) => typeof value === 'string')
  const pods = { matchLabels: Object.fromEntries(wanted) } as LabelSelector
  const { namespace, meshRoots = [usualMeshRoot] } = object
  const isMeshWide = meshRoots.includes(namespace) || namespace === ''
  return {
    namespaces: isMeshWide ? ('all' as const) : [object.namespace],
    ...(wanted.length > 0 && isSound ? { pods } : {}),
  }
}

/**
 * With `targetRefs`, a policy attaches to Gateways, waypoints, Services or ServiceEntries of its own namespace. A waypoint may serve pods
 * of other namespaces, and a GatewayClass applies to the whole mesh.
 */
function scopeOf(object: ForeignHead, spec: Fields): Pick<Governed, 'namespaces' | 'pods' | 'waypointsOf' | 'outside'> {
  const single = objectAt(spec, 'targetRef')
  const refs = [...listAt(spec, 'targetRefs').filter(isObject), ...(Object.keys(single).length > 0 ? [single] : [])]
  if (refs.length === 0) return selected(object, spec)
  const kinds = refs.map(({ kind }) => kind)
  const isMeshWide = object.namespace === '' || kinds.includes('GatewayClass')
  return {
    namespaces: isMeshWide ? 'all' : [object.namespace],
    waypointsOf: object.namespace,
    ...(kinds.every((kind) => kind === 'Service') ? {} : { outside: true }),
  }
}

/** The ports on which at least one rule matches every request. A rule without a condition matches all (`rules: [{}]`). */
function allowedBy(rules: readonly unknown[]): AllPorts {
  const open = rules
    .filter(isObject)
    .filter((rule) => listAt(rule, 'from').length === 0 && listAt(rule, 'when').length === 0)
    .map(operationsOf)
  if (open.some((operations) => operations.length === 0)) return 'every port'
  const byPort = open.flat().filter((operation) => Object.keys(operation).every((key) => key === 'ports'))
  return byPort.flatMap((operation) => numbersAt(operation) ?? [])
}

/** The only ports on which a rule can match. Undefined if it names none. */
function portsOf(rule: unknown): readonly number[] | undefined {
  const operations = isObject(rule) ? operationsOf(rule) : []
  const ports = operations.map(numbersAt)
  return ports.length === 0 || ports.includes(undefined) ? undefined : ports.flatMap((each) => each ?? [])
}

/** One item of `to` must match, and every field of that item. */
function operationsOf(rule: Fields): readonly Fields[] {
  return listAt(rule, 'to').map((item) => objectAt(item, 'operation'))
}

function numbersAt(operation: Fields): readonly number[] | undefined {
  const ports = listAt(operation, 'ports')
  const isSound = ports.length > 0 && ports.every((port) => typeof port === 'string' && /^\d+$/.test(port))
  return isSound ? ports.map(Number) : undefined
}

/** Whether a policy of this kind applies to all namespaces when it is in the root namespace of its mesh. */
export function hasMeshRoot({ apiVersion, kind }: Pick<ForeignHead, 'apiVersion' | 'kind'>): boolean {
  return (
    (apiVersion.startsWith('security.istio.io/') &&
      (kind === 'AuthorizationPolicy' || kind === 'PeerAuthentication')) ||
    (apiVersion.startsWith('networking.istio.io/') && kind === 'Sidecar')
  )
}
