import { backendsOf } from '../../fabric/endpoints.ts'
import type { Identity } from '../../fabric/fabric.ts'
import { goneNoun, goneWorkload } from '../../fabric/lookup/gone.ts'
import { missingAddress, missingService, missingText } from '../../fabric/lookup/missing.ts'
import { podsOfWorkload } from '../../fabric/workloads.ts'
import type { Pod, World } from '../../fabric/world.ts'
import { matchesSelector } from '../../policy/selector.ts'
import type { Source, Target } from '../scenario/model.ts'
import { mayMeetNodes, possibleDestinationsOf } from './destination-nodes.ts'
import type { PlannedSource } from './planned-source.ts'
import { podClasses } from './pod-classes.ts'
import { identityOf, isSampled, type PodSource, placeText, sampleText } from './pod-places.ts'

export interface Expanded {
  readonly sources: readonly PlannedSource[]
  /** Why there is no source. */
  readonly note?: string
}

/**
 * Expands a source of the scenario in this world. Selectors expand at run time, so they include namespaces that were created later. Workloads expand
 * if their pods differ on the path to the target, because of node or labels.
 */
export function expandSource(source: Source, world: World, target?: Target): Expanded {
  switch (source.kind) {
    case 'namespace': {
      const { namespace, labels, node } = source
      const gone = goneNoun({ namespace: '', kind: 'namespace', name: namespace }, world)
      if (gone !== undefined) return none(gone)
      return one(source.name, { kind: 'namespace', namespace, labels, node }, namespace)
    }
    case 'like':
    case 'as': {
      const gone = goneWorkload(source.namespace, source.workload, world)
      return gone === undefined ? workloadOf(source, world, target) : none(gone)
    }
    case 'outside':
      return one(source.name, { kind: 'outside' }, undefined)
    case 'node':
      return nodeOf(source, world)
    case 'address':
      return ownerOf(source, world)
    case 'service':
      return podsBehind(source, world, target)
    case 'namespaces':
      return namespacesOf(source, world, target)
    case 'pods':
      return podsOf(source, world, target)
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

function none(note: string): Expanded {
  return { sources: [], note }
}

/** A workload without known pods stays one source. The fabric reports the missing pods. */
function workloadOf(source: PodSource, world: World, target: Target | undefined): Expanded {
  const { name, kind, namespace, workload, node } = source
  const all = podsOfWorkload(namespace, workload, world).filter((pod) => node === undefined || pod.node === node)
  if (all.length === 0) return one(name, { kind, namespace, workload, node }, namespace)
  return { sources: placesOf(source, all, world, target) }
}

/** One source for each class of equivalent pods. */
function placesOf(source: PodSource, all: readonly Pod[], world: World, target: Target | undefined): PlannedSource[] {
  const usable = all.filter(({ addresses }) => addresses.length > 0)
  const classes = podClasses(usable.length > 0 ? usable : all, world, {
    possibleDestinations: () => possibleDestinationsOf(target, source.namespace, world),
    mayMeetNodes: mayMeetNodes(target, world),
  })
  return classes.map((alike) => ({
    ...planned(source.name, identityOf(source, alike, { all, classes }), source.namespace),
    place: classes.length === 1 ? undefined : placeText(alike, classes),
    note: isSampled(alike, classes) ? sampleText(alike) : undefined,
  }))
}

function nodeOf({ name, node }: Pick<Extract<Source, { kind: 'node' }>, 'name' | 'node'>, world: World): Expanded {
  const gone = goneNoun({ namespace: '', kind: 'node', name: node }, world)
  return gone === undefined ? one(name, { kind: 'node', node }, undefined) : none(gone)
}

/** A pod on the host's network has its node's address; that address represents the node. */
function ownerOf({ name, address }: Extract<Source, { kind: 'address' }>, world: World): Expanded {
  const pod = world.pods.find((each) => !each.hostNetwork && each.addresses.includes(address))
  if (pod !== undefined)
    return one(name, { kind: 'like', namespace: pod.namespace, workload: `pod/${pod.name}` }, pod.namespace)
  const node = world.nodes.find((each) => each.addresses.includes(address))
  if (node !== undefined) return nodeOf({ name, node: node.name }, world)
  return none(missingAddress(address, world)?.sentence ?? `${address} is of no pod of its own`)
}

function podsBehind(
  { name, namespace, service: wanted }: Extract<Source, { kind: 'service' }>,
  world: World,
  target: Target | undefined,
): Expanded {
  const service = world.services.find((each) => each.namespace === namespace && each.name === wanted)
  if (service === undefined) return none(missingText(missingService({ namespace, name: wanted }, world)))
  const pods = [...new Set(backendsOf(service, world).flatMap(({ pod }) => pod ?? []))]
  const [first] = pods
  if (first === undefined) return none(`Service ${namespace}/${wanted} has no pod`)
  const source = { name, kind: 'like', namespace: first.namespace, workload: `pod/${first.name}` } as const
  return { sources: placesOf(source, pods, world, target) }
}

function namespacesOf(
  source: Extract<Source, { kind: 'namespaces' }>,
  world: World,
  target: Target | undefined,
): Expanded {
  const { like: workload, node } = source
  const matching = world.namespaces.filter((namespace) => matchesSelector(source.selector, namespace.labels))
  const sources = matching.flatMap(({ name: namespace }) => {
    const name = `${source.name}[${namespace}]`
    if (workload !== undefined)
      return workloadOf({ kind: 'like', name, namespace, workload, node }, world, target).sources
    return [planned(name, { kind: 'namespace', namespace, node }, namespace)]
  })
  return sources.length > 0 ? { sources } : none('no namespace matches its selector')
}

function podsOf(source: Extract<Source, { kind: 'pods' }>, world: World, target: Target | undefined): Expanded {
  const spaces = source.namespace === undefined ? undefined : new Set([source.namespace])
  const matching = world.pods.filter(
    (pod) =>
      (spaces === undefined || spaces.has(pod.namespace)) &&
      (source.node === undefined || pod.node === source.node) &&
      matchesSelector(source.selector, pod.labels),
  )
  const alike = [...Map.groupBy(matching, labelsOf).values()]
  const classes =
    source.sample === undefined
      ? alike
      : alike.flatMap((pods) =>
          podClasses(pods, world, {
            possibleDestinations: () => possibleDestinationsOf(target, pods[0]?.namespace ?? '', world),
          }),
        )
  const chosen = classes.flatMap((pods) => pods.slice(0, source.sample ?? pods.length))
  const note = chosen.length < matching.length ? { note: `sample of ${chosen.length} of ${matching.length} pods` } : {}
  const sources = chosen.map(({ namespace, name }) => ({
    ...planned(`${source.name}[${namespace}/${name}]`, { kind: 'pod', namespace, name }, namespace),
    ...note,
  }))
  return sources.length === 0 ? none('no pod matches its selector') : { sources }
}

/** A key of a pod's namespace, labels and host network. */
function labelsOf(pod: Pod): string {
  const labels = Object.entries(pod.labels).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([pod.namespace, labels, pod.hostNetwork])
}
