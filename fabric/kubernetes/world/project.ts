import { isObject } from '../../../policy/field.ts'
import { notReadyAnnotation } from '../../manifests/template.ts'
import type { LiveObject, Metadata } from '../api/objects.ts'
import { allBut, only, type Shape, shared } from '../api/partial-json/reader.ts'
import type { ResourceKind } from '../api/resources.ts'
import { roleAnnotation } from '../run-facts.ts'
import { createInterned, madeOnce } from './interned.ts'

type Fields = Readonly<Record<string, unknown>>

/** The fields that `projected` reads, so that no others are parsed. With write times if `dated`. */
export function shapeOf(kind: ResourceKind, { dated }: { readonly dated: boolean }): Shape {
  const times = whole(dated ? ['creationTimestamp', 'managedFields'] : [])
  const metadata = only({ ...whole(metadataKeysOf(kind)), ...times })
  const { spec, status } = nodeKeys
  if (kind === 'Node') return only({ metadata, spec: only(whole(spec)), status: only(whole(status)) })
  if (kind === 'Service') return allBut({ metadata, spec: allBut(alike(['selector', 'ports', 'ipFamilies'])) })
  if (kind === 'EndpointSlice') {
    const endpoints = only({ ...whole(endpointKeys), conditions: shared('all') })
    return allBut({ metadata, endpoints, ports: shared('all') })
  }
  return kind === 'Pod' ? podShape(times) : allBut({ metadata })
}

/** The pods of a workload share everything but their names and addresses. */
function podShape(times: Readonly<Record<string, Shape>>): Shape {
  const containers = shared(only(whole(podKeys.container)))
  const conditions = shared(only(whole(podKeys.condition)))
  const state = only({ ...whole(podKeys.trouble), running: only({}) })
  const containerStatuses = shared(only({ ...whole(['restartCount', 'name']), state }))
  return only({
    metadata: only({
      ...whole(podKeys.metadata),
      ...alike(['namespace', 'labels', 'ownerReferences']),
      ...times,
      annotations: only(whole(podKeys.annotations)),
    }),
    spec: only({ ...alike(podKeys.spec), containers, initContainers: containers }),
    status: only({ ...whole(podKeys.status), ...alike(podKeys.shared), conditions, containerStatuses }),
  })
}

function whole(keys: readonly string[]): Readonly<Record<string, Shape>> {
  return Object.fromEntries(keys.map((key) => [key, 'all' as const]))
}

function alike(keys: readonly string[]): Readonly<Record<string, Shape>> {
  return Object.fromEntries(keys.map((key) => [key, shared('all')]))
}

/**
 * Keeps only the fields that a world needs, because the rest of 50,000 pods would fill a gigabyte. Values that the pods
 * of a workload share are stored once.
 */
export function projected(kind: ResourceKind): (object: LiveObject) => LiveObject {
  if (kind === 'Pod') return createProjectPod()
  const keys = metadataKeysOf(kind)
  if (kind === 'Node') return (node) => projectNode(node, keys)
  return kind === 'EndpointSlice' ? (slice) => projectSlice(slice, keys) : (object) => projectAny(object, keys)
}

function projectNode(node: LiveObject, keys: readonly string[]): LiveObject {
  return {
    metadata: metadataOf(node, keys),
    spec: pick(node.spec ?? {}, nodeKeys.spec),
    status: pick(node.status ?? {}, nodeKeys.status),
  }
}

/** Drops the target reference of an endpoint. */
function projectSlice(slice: LiveObject, keys: readonly string[]): LiveObject {
  const { endpoints } = slice as { readonly endpoints?: unknown }
  return { ...projectAny(slice, keys), ...(endpoints === undefined ? {} : { endpoints: pickEach(endpoints) }) }
}

function pickEach(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pickEach)
  return isObject(value) ? pick(value, [...endpointKeys, 'conditions']) : value
}

function projectAny({ metadata: _, ...rest }: LiveObject, keys: readonly string[]): LiveObject {
  return { ...rest, metadata: metadataOf({ metadata: _ }, keys) }
}

function metadataOf({ metadata }: LiveObject, keys: readonly string[]): Metadata {
  return pick(metadata as unknown as Fields, keys) as unknown as Metadata
}

/** Resource versions are kept for policies only. */
function metadataKeysOf(kind: ResourceKind): readonly string[] {
  return kind === 'NetworkPolicy' ? [...metadataKeys, 'resourceVersion'] : metadataKeys
}

const metadataKeys = ['name', 'namespace', 'uid', 'deletionTimestamp', 'labels', 'annotations', 'ownerReferences']
const endpointKeys = ['addresses', 'hostname']
const nodeKeys = { spec: ['unschedulable'], status: ['addresses'] }
const podKeys = {
  metadata: ['name', 'namespace', 'uid', 'deletionTimestamp'],
  annotations: [roleAnnotation, notReadyAnnotation],
  spec: [
    'nodeName',
    'hostNetwork',
    'serviceAccountName',
    'hostname',
    'subdomain',
    'dnsPolicy',
    'dnsConfig',
    'hostAliases',
  ],
  container: ['ports', 'restartPolicy', 'readinessProbe'],
  status: ['podIP', 'podIPs', 'phase', 'hostIP', 'hostIPs'],
  shared: ['phase', 'hostIP', 'hostIPs'],
  condition: ['type', 'status', 'message'],
  trouble: ['waiting', 'terminated'],
}

function createProjectPod(): (pod: LiveObject) => LiveObject {
  const interned = createInterned()
  const sharedOnce = madeOnce(interned)
  const containersOf = madeOnce((list: readonly Fields[]) =>
    interned(list.map((each) => pick(each, podKeys.container))),
  )
  const statusesOf = madeOnce((list: readonly Fields[]) => interned(list.map(statusOf)))
  const conditionsOf = madeOnce((list: readonly Fields[]) =>
    interned(list.filter(tells).map((each) => pick(each, podKeys.condition))),
  )
  return ({ metadata, spec = {}, status = {} }) => {
    const { labels, annotations, ownerReferences } = metadata
    const own = pick(metadata as unknown as Fields, podKeys.metadata)
    if (labels) own['labels'] = sharedOnce(labels)
    if (ownerReferences) own['ownerReferences'] = sharedOnce(ownerReferences)
    const ours = annotations ? pick(annotations, podKeys.annotations) : {}
    if (Object.keys(ours).length > 0) own['annotations'] = ours
    const asked = pick(spec, podKeys.spec)
    asked['containers'] = containersOf(listAt(spec, 'containers'))
    asked['initContainers'] = containersOf(listAt(spec, 'initContainers'))
    const state = pick(status, podKeys.status)
    state['conditions'] = conditionsOf(listAt(status, 'conditions'))
    state['containerStatuses'] = statusesOf(listAt(status, 'containerStatuses'))
    return { apiVersion: 'v1', kind: 'Pod', metadata: own as unknown as Metadata, spec: asked, status: state }
  }
}

const none: readonly Fields[] = []

function listAt(fields: Fields, key: string): readonly Fields[] {
  return (fields[key] ?? none) as readonly Fields[]
}

function tells({ type, status }: Fields): boolean {
  return type === 'Ready' || (type === 'PodScheduled' && status === 'False')
}

/** Keeps the state of a container that does not run, and drops it for one that does. */
function statusOf(container: Fields): Fields {
  const state = (container['state'] ?? {}) as Fields
  if (state['running'] !== undefined) return pick(container, ['restartCount'])
  return { ...pick(container, ['restartCount', 'name']), state: pick(state, podKeys.trouble) }
}

function pick(from: Fields, keys: readonly string[]): Record<string, unknown> {
  const picked: Record<string, unknown> = {}
  for (const key of keys) if (from[key] !== undefined) picked[key] = from[key]
  return picked
}
