import type { Identity } from '../../fabric.ts'
import { workloadKinds } from '../../workloads.ts'
import { type ResourceKind, resources } from '../api/resources.ts'
import { residentAccess } from '../resident/manifests.ts'

/** One right of Kubernetes' authorization: what may be asked of the API server. */
export interface Right {
  readonly verb: string
  /** Empty for the core group. */
  readonly group: string
  /** The plural, with its subresource: `pods/portforward`. */
  readonly resource: string
  /** Everywhere, or of a cluster-scoped kind, when absent. */
  readonly namespace?: string
  /** On this object alone. */
  readonly name?: string
  /** The namespace is not there yet, so that only a ClusterRole can grant it. */
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

/** Server-side apply of an object that may not be there yet asks for both. */
const apply = ['create', 'patch']

/** The owner of everything that a run makes in a namespace. */
const owners = (where: Where) => rightsOn('Job', [...apply, 'get', 'delete'], where)
/** Pods of the run, and the way into them. */
const probes = (where: Where) => [
  ...rightsOn('Pod', [...apply, 'get', 'list', 'delete'], where),
  ...rightsOn('Pod', ['get', 'create'], where, '/portforward'),
]

/** A fresh probe in a namespace: what would send it traffic, and what it must fit, are read first. */
function freshRights(namespace: string): Right[] {
  const where = { namespace }
  const read = (['Service', 'ResourceQuota', 'LimitRange'] as const).flatMap((kind) => rightsOn(kind, ['list'], where))
  return [...owners(where), ...probes(where), ...read]
}

/** A stand-in reads the template that it copies; where a controller would adopt it, it gets one of its own. */
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

/** A container put into a pod that is there, and the way into it. */
function insideRights(namespace: string): Right[] {
  const where = { namespace }
  return [
    ...rightsOn('Pod', ['get', 'list'], where),
    ...rightsOn('Pod', ['patch'], where, '/ephemeralcontainers'),
    ...rightsOn('Pod', ['get', 'create'], where, '/portforward'),
  ]
}

/** What sources that are nodes take: pods in a namespace that the run makes and removes, or in one that was lent to it. */
export function rightsOnNodes(lent: string | undefined): Right[] {
  if (lent !== undefined) return [...owners({ namespace: lent }), ...probes({ namespace: lent })]
  const where = { namespace: 'crosscheck-nodes', ahead: true }
  return [...rightsOn('Namespace', [...apply, 'get', 'delete']), ...owners(where), ...probes(where)]
}

/** What asking as this identity takes in its namespace; nothing where it has none (`rightsOnNodes`), or nothing is made for it. */
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

/** Where the canary is: in a namespace that the run makes and removes, in one that was lent to it, or standing there for all runs. */
export interface CanaryPlace {
  readonly namespace: string
  readonly kind: 'made' | 'lent' | 'standing'
}

/** What moving the canary's policies takes, and making its pods where they do not stand there already. */
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

/** A resident probe is only used: its pods are entered, its token is read. */
export function rightsOfResidents(namespace: string, pods: readonly string[]): Right[] {
  return [
    ...pods.flatMap((name) => rightsOn('Pod', ['get', 'create'], { namespace, name }, '/portforward')),
    ...rightsOn('Secret', ['get'], { namespace, name: residentAccess }),
  ]
}

/** Objects of these kinds in namespaces that the run makes, and removes with all that is in them. */
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
