import type { LiveObject } from '../api/objects.ts'
import type { ResourceKind } from '../api/resources.ts'
import { createInterned, type Interned } from './interned.ts'

type Fields = Readonly<Record<string, unknown>>

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
    spec: pick(node.spec ?? {}, ['unschedulable']),
    status: pick(node.status ?? {}, ['addresses']),
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
const specKeys = [
  'nodeName',
  'hostNetwork',
  'serviceAccountName',
  'hostname',
  'subdomain',
  'dnsPolicy',
  'dnsConfig',
  'hostAliases',
]

function projectPod(pod: LiveObject, interned: Interned): LiveObject {
  const { labels, annotations = {}, ownerReferences, ...own } = pick(pod.metadata as unknown as Fields, metadataKeys)
  const ours = Object.entries(annotations as Fields).filter(([key]) => key.includes('crosscheck.dev/'))
  const { spec = {}, status = {} } = pod
  const containers = (key: string) =>
    ((spec[key] ?? []) as readonly Fields[]).map((each) => pick(each, ['ports', 'restartPolicy', 'readinessProbe']))
  const statuses = ((status['containerStatuses'] ?? []) as readonly Fields[]).map((each) =>
    troubled(each) ? pick(each, ['restartCount', 'name', 'state']) : pick(each, ['restartCount']),
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
      ...pick(spec, specKeys),
      containers: interned(containers('containers')),
      initContainers: interned(containers('initContainers')),
    },
    status: {
      ...pick(status, ['phase', 'podIP', 'podIPs', 'hostIP', 'hostIPs']),
      conditions: interned(conditions.map((each) => pick(each, ['type', 'status', 'message']))),
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
