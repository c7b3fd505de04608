import { backendsOf } from '../../fabric/endpoints.ts'
import type { Identity } from '../../fabric/fabric.ts'
import { whyUnread } from '../../fabric/unread.ts'
import type { Pod, World } from '../../fabric/world.ts'
import { matchesSelector } from '../../policy/selector.ts'
import { didYouMean } from '../../policy/suggest.ts'
import type { Source } from '../scenario/model.ts'
import type { SourceKey } from './dial.ts'

/** One identity that a source stands for, with the name that the report uses. */
export interface PlannedSource {
  readonly key: SourceKey
  readonly name: string
  readonly identity: Identity
  /** Whose search list resolves short names; none for `outside` and nodes. */
  readonly namespace: string | undefined
  /** Of how many it is a sample, where it is one. */
  readonly note?: string
}

export interface Expanded {
  readonly sources: readonly PlannedSource[]
  /** Why there is none. */
  readonly note?: string
}

/** What a source of the scenario stands for in this world: selectors expand now, so that a namespace made tomorrow is covered. */
export function expandSource(source: Source, world: World): Expanded {
  switch (source.kind) {
    case 'namespace': {
      const { namespace, labels, node } = source
      return one(source.name, { kind: 'namespace', namespace, labels, node }, namespace)
    }
    case 'like':
    case 'as': {
      const { kind, namespace, workload, node } = source
      return one(source.name, { kind, namespace, workload, node }, namespace)
    }
    case 'outside':
      return one(source.name, { kind: 'outside' }, undefined)
    case 'node':
      return nodeOf(source, world)
    case 'address':
      return ownerOf(source, world)
    case 'service':
      return podBehind(source, world)
    case 'namespaces':
      return namespacesOf(source, world)
    case 'pods':
      return podsOf(source, world)
    default:
      return source satisfies never
  }
}

function one(name: string, identity: Identity, namespace: string | undefined): Expanded {
  return { sources: [planned(name, identity, namespace)] }
}

function planned(name: string, identity: Identity, namespace: string | undefined): PlannedSource {
  return { key: JSON.stringify(identity), name, identity, namespace }
}

function nodeOf({ name, node }: Pick<Extract<Source, { kind: 'node' }>, 'name' | 'node'>, world: World): Expanded {
  const names = world.nodes.map((each) => each.name)
  if (names.includes(node) || whyUnread('Node', undefined, world) !== undefined)
    return one(name, { kind: 'node', node }, undefined)
  const near = didYouMean(node, names)
  return none(`there is no node ${node}${near === undefined ? '' : `: ${near}`}`)
}

/** A pod on the host's network has its node's address, which stands for the node. */
function ownerOf({ name, address }: Extract<Source, { kind: 'address' }>, world: World): Expanded {
  const pod = world.pods.find((each) => !each.hostNetwork && each.addresses.includes(address))
  if (pod !== undefined) return ofPod(name, pod)
  const node = world.nodes.find((each) => each.addresses.includes(address))
  if (node !== undefined) return nodeOf({ name, node: node.name }, world)
  return none(
    `no pod or node has the address ${address}: name a workload, such as frontend/deployment/ui, or a node, as node/NAME`,
  )
}

function podBehind({ name, ...source }: Extract<Source, { kind: 'service' }>, world: World): Expanded {
  const { namespace } = source
  const service = world.services.find((each) => each.namespace === namespace && each.name === source.service)
  if (service === undefined) return none(`there is no Service ${namespace}/${source.service}`)
  const pod = backendsOf(service, world).find((backend) => backend.pod !== undefined)?.pod
  return pod === undefined ? none(`Service ${namespace}/${source.service} has no pod`) : ofPod(name, pod)
}

function ofPod(name: string, { namespace, name: pod }: Pod): Expanded {
  return one(name, { kind: 'like', namespace, workload: `pod/${pod}` }, namespace)
}

function none(note: string): Expanded {
  return { sources: [], note }
}

function namespacesOf(source: Extract<Source, { kind: 'namespaces' }>, world: World): Expanded {
  const { like: workload, node } = source
  const matching = world.namespaces.filter((namespace) => matchesSelector(source.selector, namespace.labels))
  const sources = matching.map(({ name: namespace }) => {
    const identity: Identity = workload
      ? { kind: 'like', namespace, workload, node }
      : { kind: 'namespace', namespace, node }
    return planned(`${source.name}[${namespace}]`, identity, namespace)
  })
  return sources.length > 0 ? { sources } : none('no namespace matches its selector')
}

function podsOf(source: Extract<Source, { kind: 'pods' }>, world: World): Expanded {
  const spaces = source.namespace === undefined ? undefined : new Set([source.namespace])
  const matching = world.pods.filter(
    (pod) =>
      (spaces === undefined || spaces.has(pod.namespace)) &&
      (source.node === undefined || pod.node === source.node) &&
      matchesSelector(source.selector, pod.labels),
  )
  const classes = [...Map.groupBy(matching, classOf).values()]
  const chosen = classes.flatMap((alike) => alike.slice(0, source.sample ?? alike.length))
  const note = chosen.length < matching.length ? { note: `sample of ${chosen.length} of ${matching.length} pods` } : {}
  const sources = chosen.map(({ namespace, name }) => ({
    ...planned(`${source.name}[${namespace}/${name}]`, { kind: 'pod', namespace, name }, namespace),
    ...note,
  }))
  return sources.length === 0 ? none('no pod matches its selector') : { sources }
}

/** Pods that every policy treats alike: same namespace, labels and named ports. */
function classOf(pod: Pod): string {
  const labels = Object.entries(pod.labels).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([pod.namespace, labels, pod.hostNetwork])
}
