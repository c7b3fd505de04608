import type { Identity } from '../../fabric.ts'
import { workloadKinds } from '../../workloads.ts'
import { type ResourceKind, resources } from '../api/resources.ts'
import { residentAccess } from '../resident/manifests.ts'

/** One right of Kubernetes authorization: an operation on the API server. */
export interface Right {
  readonly verb: string
  /** Empty for the core group. */
  readonly group: string
  /** The plural, with its subresource: `pods/portforward`. */
  readonly resource: string
  /** All namespaces, or a cluster-scoped kind, when absent. */
  readonly namespace?: string
  /** Only the object with this name. */
  readonly name?: string
  /** The namespace does not exist yet, so only a ClusterRole can grant the right. */
  readonly ahead?: boolean
}

type Where = Pick<Right, 'namespace' | 'name' | 'ahead'>

/** Rights on a kind of object. */
function rightsOn(kind: ResourceKind, verbs: readonly string[], where: Where = {}, subresource = ''): Right[] {
  const { apiVersion, plural, namespaced } = resources[kind]
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : ''
  const { namespace: _, ...beyond } = where
  const scope = namespaced ? where : beyond
  return verbs.map((verb) => ({ verb, group, resource: `${plural}${subresource}`, ...scope }))
}

/** Server-side apply of an object that may not exist requires both. */
const apply = ['create', 'patch']

/** The owner object of everything that a run creates in a namespace. */
const owners = (where: Where) => rightsOn('Job', [...apply, 'get', 'delete'], where)
/** Pods of the run, and access to them. */
const probes = (where: Where) => [
  ...rightsOn('Pod', [...apply, 'get', 'list', 'delete'], where),
  ...rightsOn('Pod', ['get', 'create'], where, '/portforward'),
]

/** A new probe in a namespace. First, Services that would send it traffic and limits that it must fit are read. */
function freshRights(namespace: string): Right[] {
  const where = { namespace }
  const read = (['Service', 'ResourceQuota', 'LimitRange'] as const).flatMap((kind) => rightsOn(kind, ['list'], where))
  return [...owners(where), ...probes(where), ...read]
}

/**
 * A clone also reads the template that it copies. If a controller would adopt the clone, it gets a controller reference
 * of ours.
 */
function likeRights(namespace: string, workload: string): Right[] {
  const [word = ''] = workload.split('/')
  const kind = workloadKinds[word]
  const controller = ['daemonset', 'replicaset', 'replicationcontroller', 'pod'].includes(word)
  return [
    ...freshRights(namespace),
    ...(kind === undefined ? [] : rightsOn(kind, ['get'], { namespace })),
    ...(controller ? rightsOn('ConfigMap', apply, { namespace }) : []),
  ]
}

/** An ephemeral container in an existing pod, and access to it. */
function insideRights(namespace: string): Right[] {
  const where = { namespace }
  return [
    ...rightsOn('Pod', ['get', 'list'], where),
    ...rightsOn('Pod', ['patch'], where, '/ephemeralcontainers'),
    ...rightsOn('Pod', ['get', 'create'], where, '/portforward'),
  ]
}

/** Rights for sources on node networks: pods in a namespace that the run creates and removes, or in an existing one. */
export function rightsOnNodes(lent: string | undefined): Right[] {
  if (lent !== undefined) return [...owners({ namespace: lent }), ...probes({ namespace: lent })]
  const where = { namespace: 'crosscheck-nodes', ahead: true }
  return [...rightsOn('Namespace', [...apply, 'get', 'delete']), ...owners(where), ...probes(where)]
}

/**
 * Rights for using this identity as a source, in its namespace. Empty if it has no namespace (`rightsOnNodes`), or if
 * nothing is created for it.
 */
export function rightsOfSource(identity: Identity): Right[] {
  switch (identity.kind) {
    case 'namespace':
      return freshRights(identity.namespace)
    case 'like':
      return likeRights(identity.namespace, identity.workload)
    case 'pod':
      return likeRights(identity.namespace, `pod/${identity.name}`)
    case 'as':
      return insideRights(identity.namespace)
    case 'inside':
    case 'node':
    case 'outside':
      return []
    default:
      return identity satisfies never
  }
}

/** The canary's namespace: created and removed by the run, an existing one, or that of a standing canary. */
export interface CanaryPlace {
  readonly namespace: string
  readonly kind: 'made' | 'lent' | 'standing'
}

/** Rights for changing the canary's policies, and for creating its pods if it is not a standing canary. */
export function rightsOfCanary({ namespace, kind }: CanaryPlace): Right[] {
  const where = kind === 'made' ? { namespace, ahead: true } : { namespace }
  const policies = rightsOn('NetworkPolicy', [...apply, 'list', 'delete'], where)
  const turn = rightsOn('Job', ['list'], where)
  if (kind === 'lent') return [...owners(where), ...turn, ...probes(where), ...policies]
  if (kind === 'made') {
    return [...rightsOn('Namespace', [...apply, 'get', 'delete']), ...owners(where), ...probes(where), ...policies]
  }
  return [
    ...owners(where),
    ...turn,
    ...rightsOn('Pod', ['list'], where),
    ...rightsOn('Pod', ['get', 'create'], where, '/portforward'),
    ...rightsOn('Secret', ['get'], { ...where, name: residentAccess }),
    ...policies,
  ]
}

/** A resident probe is only used: its pods are accessed and its token is read. */
export function rightsOfResidents(namespace: string, pods: readonly string[]): Right[] {
  return [
    ...pods.flatMap((name) => rightsOn('Pod', ['get', 'create'], { namespace, name }, '/portforward')),
    ...rightsOn('Secret', ['get'], { namespace, name: residentAccess }),
  ]
}

/** Rights on objects of these kinds, in namespaces that the run creates and removes. */
export function rightsOfRehearsal(
  objects: readonly { readonly kind: ResourceKind; readonly namespace: string }[],
): Right[] {
  const inside = (namespace: string) => ({ namespace, ahead: true })
  const spaces = [...new Set(objects.map(({ namespace }) => namespace))].filter((name) => name !== '')
  return [
    ...rightsOn('Namespace', [...apply, 'get', 'delete']),
    ...objects
      .filter(({ kind }) => kind !== 'Namespace')
      .flatMap(({ kind, namespace }) => rightsOn(kind, [...apply, 'get'], inside(namespace))),
    ...spaces.flatMap((namespace) => [...owners(inside(namespace)), ...probes(inside(namespace))]),
  ]
}
