import type { LiveObject } from '../api/objects.ts'
import type { ResourceKind } from '../api/resources.ts'
import { allBut, only, type Shape, shared } from '../api/shape.ts'
import { createInterned, madeOnce } from './interned.ts'

type Fields = Readonly<Record<string, unknown>>

/** What `projected` looks at, so that no more need be read; with what tells when an object was written where that is asked for. */
export function shapeOf(kind: ResourceKind, { dated }: { readonly dated: boolean }): Shape {
  const times = whole(dated ? ['creationTimestamp', 'managedFields'] : [])
  const metadata = only({ ...whole(metadataKeys), ...times })
  const { spec, status } = nodeKeys
  if (kind === 'Node') return only({ metadata, spec: only(whole(spec)), status: only(whole(status)) })
  return kind === 'Pod' ? podShape(times) : allBut({ metadata })
}

/** The pods of a workload share all but their names and addresses. */
function podShape(times: Readonly<Record<string, Shape>>): Shape {
  const containers = shared(only(whole(podKeys.container)))
  const conditions = shared(only(whole(podKeys.condition)))
  const state = only({ ...whole(podKeys.trouble), running: only({}) })
  const containerStatuses = shared(only({ ...whole(['restartCount', 'name']), state }))
  return only({
    metadata: only({ ...whole(metadataKeys), ...alike(['namespace', 'labels', 'ownerReferences']), ...times }),
    spec: only({ ...alike(podKeys.spec), containers, initContainers: containers }),
    status: only({ ...whole(podKeys.own), ...alike(podKeys.status), conditions, containerStatuses }),
  })
}

function whole(keys: readonly string[]): Readonly<Record<string, Shape>> {
  return Object.fromEntries(keys.map((key) => [key, 'all' as const]))
}

function alike(keys: readonly string[]): Readonly<Record<string, Shape>> {
  return Object.fromEntries(keys.map((key) => [key, shared('all')]))
}

/** Keeps of an object what a world is made from: of 50,000 pods the rest would fill a gigabyte. What the pods of a workload have alike is kept once. */
export function projected(kind: ResourceKind): (object: LiveObject) => LiveObject {
  if (kind === 'Pod') return createProjectPod()
  return kind === 'Node' ? projectNode : projectAny
}

function projectNode(node: LiveObject): LiveObject {
  const { metadata } = projectAny({ metadata: node.metadata })
  return {
    metadata,
    spec: pick(node.spec ?? {}, nodeKeys.spec),
    status: pick(node.status ?? {}, nodeKeys.status),
  }
}

function projectAny({ metadata, ...rest }: LiveObject): LiveObject {
  return { ...rest, metadata: pick(metadata as unknown as Fields, metadataKeys) as unknown as LiveObject['metadata'] }
}

const metadataKeys = [
  'name',
  'namespace',
  'uid',
  'resourceVersion',
  'deletionTimestamp',
  'labels',
  'annotations',
  'ownerReferences',
]
const nodeKeys = { spec: ['unschedulable'], status: ['addresses'] }
const podKeys = {
  spec: [
    ...['nodeName', 'hostNetwork', 'serviceAccountName', 'hostname', 'subdomain'],
    ...['dnsPolicy', 'dnsConfig', 'hostAliases'],
  ],
  container: ['ports', 'restartPolicy', 'readinessProbe'],
  own: ['podIP', 'podIPs'],
  status: ['phase', 'hostIP', 'hostIPs'],
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
    const { labels, annotations, ownerReferences, ...own } = pick(metadata as unknown as Fields, metadataKeys)
    const ours = Object.entries((annotations ?? {}) as Fields).filter(([key]) => key.includes('crosscheck.dev/'))
    const alike = {
      ...(labels ? { labels: sharedOnce(labels) } : {}),
      ...(ownerReferences ? { ownerReferences: sharedOnce(ownerReferences) } : {}),
      ...(ours.length === 0 ? {} : { annotations: Object.fromEntries(ours) }),
    }
    return {
      metadata: { ...own, ...alike } as unknown as LiveObject['metadata'],
      spec: {
        ...pick(spec, podKeys.spec),
        containers: containersOf(listAt(spec, 'containers')),
        initContainers: containersOf(listAt(spec, 'initContainers')),
      },
      status: {
        ...pick(status, podKeys.own),
        ...pick(status, podKeys.status),
        conditions: conditionsOf(listAt(status, 'conditions')),
        containerStatuses: statusesOf(listAt(status, 'containerStatuses')),
      },
    }
  }
}

const none: readonly Fields[] = []

function listAt(fields: Fields, key: string): readonly Fields[] {
  return (fields[key] ?? none) as readonly Fields[]
}

function tells({ type, status }: Fields): boolean {
  return type === 'Ready' || (type === 'PodScheduled' && status === 'False')
}

/** Of a container that does not run its trouble is kept; of one that does there is nothing to tell. */
function statusOf(container: Fields): Fields {
  const state = (container['state'] ?? {}) as Fields
  if (state['running'] !== undefined) return pick(container, ['restartCount'])
  return { ...pick(container, ['restartCount', 'name']), state: pick(state, podKeys.trouble) }
}

function pick(from: Fields, keys: readonly string[]): Fields {
  const picked: Record<string, unknown> = {}
  for (const key of keys) if (from[key] !== undefined) picked[key] = from[key]
  return picked
}
