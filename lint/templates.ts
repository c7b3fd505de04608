import type { ManifestObject } from '../fabric/manifests/object.ts'
import { isWorkloadKind } from '../fabric/manifests/owners.ts'
import { isObject, type Path } from '../policy/field.ts'
import type { Labels } from '../policy/types.ts'

/** The pods of an object as its template describes them, regardless of their number. */
export interface Template {
  readonly object: ManifestObject
  readonly namespace: string
  /** The path of the template in the object, which contains `metadata` and `spec`. */
  readonly path: Path
  readonly labels: Labels
  readonly containers: readonly Container[]
}

export interface Container {
  readonly path: Path
  readonly value: Readonly<Record<string, unknown>>
}

/** Returns the pod template of a workload, or the Pod itself. Undefined for other kinds. */
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

/** Returns the string values of `metadata.labels`. */
export function labelsAt(value: unknown): Labels {
  const labels = valueAt(value, ['metadata', 'labels'])
  if (!isObject(labels)) return {}
  return Object.fromEntries(
    Object.entries(labels).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}

/** Returns the value at a path of plain data, or undefined if the path does not exist. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, step) => {
    if (Array.isArray(at)) return typeof step === 'number' ? (at[step] as unknown) : undefined
    return isObject(at) && Object.hasOwn(at, step) ? at[step] : undefined
  }, value)
}

/** Returns the items of a list. Empty for other values. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** Returns the ports that the kubelet probes on a container. */
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
