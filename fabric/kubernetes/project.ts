import type { LiveObject } from './objects.ts'
import type { ResourceKind } from './resources.ts'

type Fields = Readonly<Record<string, unknown>>

/** Keeps of an object what a world is made from: of 50,000 pods the rest would fill a gigabyte. */
export function projected(kind: ResourceKind): (object: LiveObject) => LiveObject {
  return kind === 'Pod' ? projectPod : projectAny
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

function projectPod(pod: LiveObject): LiveObject {
  const { metadata } = projectAny(pod)
  const { spec = {}, status = {} } = pod
  const containers = (key: string) =>
    ((spec[key] ?? []) as readonly Fields[]).map((each) => pick(each, ['ports', 'restartPolicy', 'readinessProbe']))
  const statuses = ((status['containerStatuses'] ?? []) as readonly Fields[]).map((each) =>
    troubled(each) ? pick(each, ['restartCount', 'name', 'state']) : pick(each, ['restartCount']),
  )
  const conditions = ((status['conditions'] ?? []) as readonly Fields[]).filter(
    ({ type, status: held }) => type === 'Ready' || (type === 'PodScheduled' && held === 'False'),
  )
  return {
    metadata,
    spec: {
      ...pick(spec, specKeys),
      containers: containers('containers'),
      initContainers: containers('initContainers'),
    },
    status: {
      ...pick(status, ['phase', 'podIP', 'podIPs', 'hostIP', 'hostIPs']),
      conditions: conditions.map((each) => pick(each, ['type', 'status', 'message'])),
      containerStatuses: statuses,
    },
  }
}

/** Whether a container does not run; of one that does nothing is told. */
function troubled({ state }: Fields): boolean {
  return ((state ?? {}) as Fields)['running'] === undefined
}

function pick(from: Fields, keys: readonly string[]): Fields {
  return Object.fromEntries(keys.filter((key) => from[key] !== undefined).map((key) => [key, from[key]]))
}
