import type { LiveObject } from '../api/objects.ts'
import type { ResourceKind } from '../api/resources.ts'
import { allBut, only, type Shape } from '../api/shape.ts'
import { createInterned, type Interned } from './interned.ts'

type Fields = Readonly<Record<string, unknown>>

/** What `projected` looks at, so that no more need be read. */
export function shapeOf(kind: ResourceKind): Shape {
  const metadata = whole(metadataKeys)
  if (kind === 'Node') return only({ metadata, spec: whole(nodeKeys.spec), status: whole(nodeKeys.status) })
  if (kind !== 'Pod') return allBut({ metadata })
  const containers = whole(podKeys.container)
  const spec = only({ ...all(podKeys.spec), containers, initContainers: containers })
  const [conditions, containerStatuses] = [whole(podKeys.condition), whole(podKeys.trouble)]
  return only({ metadata, spec, status: only({ ...all(podKeys.status), conditions, containerStatuses }) })
}

function whole(keys: readonly string[]): Shape {
  return only(all(keys))
}

function all(keys: readonly string[]) {
  return Object.fromEntries(keys.map((key) => [key, 'all' as const]))
}

/** Keeps of an object what a world is made from: of 50,000 pods the rest would fill a gigabyte. What the pods of a workload have alike is kept once. */
export function projected(kind: ResourceKind): (object: LiveObject) => LiveObject {
  const interned = createInterned()
  if (kind === 'Pod') return (pod) => projectPod(pod, interned)
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
  status: ['phase', 'podIP', 'podIPs', 'hostIP', 'hostIPs'],
  condition: ['type', 'status', 'message'],
  trouble: ['restartCount', 'name', 'state'],
}

function projectPod(pod: LiveObject, interned: Interned): LiveObject {
  const { labels, annotations = {}, ownerReferences, ...own } = pick(pod.metadata as unknown as Fields, metadataKeys)
  const ours = Object.entries(annotations as Fields).filter(([key]) => key.includes('crosscheck.dev/'))
  const { spec = {}, status = {} } = pod
  const containers = (key: string) =>
    ((spec[key] ?? []) as readonly Fields[]).map((each) => pick(each, podKeys.container))
  const statuses = ((status['containerStatuses'] ?? []) as readonly Fields[]).map((each) =>
    troubled(each) ? pick(each, podKeys.trouble) : pick(each, ['restartCount']),
  )
  const conditions = ((status['conditions'] ?? []) as readonly Fields[]).filter(
    ({ type, status: held }) => type === 'Ready' || (type === 'PodScheduled' && held === 'False'),
  )
  const shared = {
    ...(labels === undefined ? {} : { labels: interned(labels) }),
    ...(ownerReferences === undefined ? {} : { ownerReferences: interned(ownerReferences) }),
    ...(ours.length === 0 ? {} : { annotations: Object.fromEntries(ours) }),
  }
  return {
    metadata: { ...own, ...shared } as unknown as LiveObject['metadata'],
    spec: {
      ...pick(spec, podKeys.spec),
      containers: interned(containers('containers')),
      initContainers: interned(containers('initContainers')),
    },
    status: {
      ...pick(status, podKeys.status),
      conditions: interned(conditions.map((each) => pick(each, podKeys.condition))),
      containerStatuses: interned(statuses),
    },
  }
}

/** Whether a container does not run; of one that does nothing is told. */
function troubled({ state }: Fields): boolean {
  return ((state ?? {}) as Fields)['running'] === undefined
}

function pick(from: Fields, keys: readonly string[]): Fields {
  const picked: Record<string, unknown> = {}
  for (const key of keys) if (from[key] !== undefined) picked[key] = from[key]
  return picked
}
