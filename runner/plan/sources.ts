import type { Identity } from '../../fabric/fabric.ts'
import type { Pod, World } from '../../fabric/world.ts'
import { matchesSelector } from '../../policy/selector.ts'
import type { Source } from '../scenario/model.ts'
import type { SourceKey } from './dial.ts'

/** One identity that a source stands for, with the name that the report uses. */
export interface PlannedSource {
  readonly key: SourceKey
  readonly name: string
  readonly identity: Identity
  /** Whose search list resolves short names; none for `outside`. */
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

function namespacesOf(source: Extract<Source, { kind: 'namespaces' }>, world: World): Expanded {
  const { like: workload, node } = source
  const matching = world.namespaces.filter((namespace) => matchesSelector(source.selector, namespace.labels))
  const sources = matching.map(({ name: namespace }) => {
    const identity: Identity = workload
      ? { kind: 'like', namespace, workload, node }
      : { kind: 'namespace', namespace, node }
    return planned(`${source.name}[${namespace}]`, identity, namespace)
  })
  return sources.length > 0 ? { sources } : { sources, note: 'no namespace matches its selector' }
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
  return sources.length === 0 ? { sources, note: 'no pod matches its selector' } : { sources }
}

/** Pods that every policy treats alike: same namespace, labels and named ports. */
function classOf(pod: Pod): string {
  const labels = Object.entries(pod.labels).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([pod.namespace, labels, pod.hostNetwork])
}
