import type { ManifestObject } from '../fabric/manifests/object.ts'
import { isWorkloadKind } from '../fabric/manifests/owners.ts'
import { isObject, type Path } from '../policy/field.ts'
import type { Labels } from '../policy/types.ts'

/** The pods of an object as it describes them, whatever their number. */
export interface Template {
  readonly object: ManifestObject
  readonly namespace: string
  /** Where the template stands in the object: its `metadata` and `spec` are below it. */
  readonly path: Path
  readonly labels: Labels
  readonly containers: readonly Container[]
}

export interface Container {
  readonly path: Path
  readonly value: Readonly<Record<string, unknown>>
}

/** The pod template of a workload, or the Pod itself; none for other kinds. */
export function templateOf(object: ManifestObject): Template | undefined {
  const path = pathOf(object.kind)
  const template = path === undefined ? undefined : valueAt(object.value, path)
  if (path === undefined || !isObject(template)) return undefined
  const spec = isObject(template.spec) ? template.spec : {}
  const containers = ['containers', 'initContainers'].flatMap((key) =>
    listOf(spec[key]).flatMap((value, index): Container[] =>
      isObject(value) ? [{ path: [...path, 'spec', key, index], value }] : [],
    ),
  )
  return { object, namespace: object.namespace, path, labels: labelsAt(template), containers }
}

function pathOf(kind: string): Path | undefined {
  if (kind === 'Pod') return []
  if (kind === 'CronJob') return ['spec', 'jobTemplate', 'spec', 'template']
  return isWorkloadKind(kind) ? ['spec', 'template'] : undefined
}

/** `metadata.labels` of anything that has metadata, as far as they are strings. */
export function labelsAt(value: unknown): Labels {
  const labels = valueAt(value, ['metadata', 'labels'])
  if (!isObject(labels)) return {}
  return Object.fromEntries(
    Object.entries(labels).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}

/** What stands at a path of plain data; none where the way ends early. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, step) => {
    if (Array.isArray(at)) return typeof step === 'number' ? (at[step] as unknown) : undefined
    return isObject(at) && Object.hasOwn(at, step) ? at[step] : undefined
  }, value)
}

/** The items of a list; none for anything else. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** Ports that the kubelet asks a container at. */
export function probedPorts({ containers }: Template): number[] {
  const probes = ['livenessProbe', 'readinessProbe', 'startupProbe']
  const handlers = ['httpGet', 'tcpSocket', 'grpc']
  return containers.flatMap(({ value }) =>
    probes.flatMap((probe) =>
      handlers.flatMap((handler) => {
        const port = valueAt(value, [probe, handler, 'port'])
        return typeof port === 'number' ? [port] : []
      }),
    ),
  )
}
