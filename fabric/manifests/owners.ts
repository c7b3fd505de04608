import { isObject } from '../../policy/field.ts'
import type { Workload } from '../world.ts'
import type { ManifestObject } from './object.ts'

export const workloadKinds = [
  ...(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job', 'CronJob'] as const),
  ...(['ReplicationController', 'DeploymentConfig'] as const),
] as const

interface Owner {
  readonly kind: string
  readonly name: string
}

/** The workloads of an input, and the owners of objects. */
export interface Ownership {
  /** The workload in the input that represents an object; undefined if the object represents itself. */
  standIn(object: ManifestObject): ManifestObject | undefined
  /** The workload of an object as users name it: the Deployment, not its ReplicaSet. */
  workloadOf(object: ManifestObject): Workload
}

/**
 * Follows ownerReferences: from a pod to its ReplicaSet, and on to the Deployment even if the ReplicaSet is not in the
 * input.
 */
export function ownershipOf(objects: readonly ManifestObject[]): Ownership {
  const workloads = new Map(
    objects.filter(({ kind }) => isWorkloadKind(kind)).map((object) => [keyFor(object.namespace, object), object]),
  )
  const find = (namespace: string, owner: Owner | undefined) =>
    owner === undefined || workloads.size === 0 ? undefined : workloads.get(keyFor(namespace, owner))
  const findRoot = (object: ManifestObject): Owner | undefined => {
    const direct = controllerOf(object)
    if (direct === undefined) return undefined
    const known = find(object.namespace, direct)
    return (known === undefined ? ownerByName(direct, object) : controllerOf(known)) ?? direct
  }
  // Without workloads in the input, ownerReferences and labels alone determine the owner, and the pods of a live
  // workload share them.
  const rootOwner = workloads.size === 0 ? once(findRoot) : findRoot
  return {
    standIn: (object) =>
      workloads.size === 0
        ? undefined
        : (find(object.namespace, rootOwner(object)) ?? find(object.namespace, controllerOf(object))),
    workloadOf: (object) => {
      const { kind, name } = rootOwner(object) ?? object
      return isWorkloadKind(kind) ? { kind, name } : { kind: 'Pod', name: object.name }
    },
  }
}

/** Caches the owner of objects with equal ownerReferences and labels. */
function once(find: (object: ManifestObject) => Owner | undefined): (object: ManifestObject) => Owner | undefined {
  const known = new WeakMap<object, WeakMap<object, { readonly owner: Owner | undefined }>>()
  return (object) => {
    const { ownerReferences: references, labels } = metadataOf(object)
    if (!Array.isArray(references) || !isObject(labels)) return find(object)
    const byLabels = known.get(references) ?? new WeakMap<object, { readonly owner: Owner | undefined }>()
    const { owner } = byLabels.get(labels) ?? { owner: find(object) }
    known.set(references, byLabels.set(labels, { owner }))
    return owner
  }
}

export function isWorkloadKind(kind: string): kind is (typeof workloadKinds)[number] {
  return workloadKinds.some((known) => known === kind)
}

/**
 * A ReplicaSet is named `<deployment>-<pod-template-hash>`, a CronJob's Job `<cronjob>-<minutes since 1970>`. OpenShift
 * labels the pods of a DeploymentConfig with its name.
 */
function ownerByName({ kind, name }: Owner, object: ManifestObject): Owner | undefined {
  const { labels } = metadataOf(object)
  const hash = isObject(labels) ? labels['pod-template-hash'] : undefined
  if (kind === 'ReplicaSet' && typeof hash === 'string' && name.endsWith(`-${hash}`)) {
    return { kind: 'Deployment', name: name.slice(0, -hash.length - 1) }
  }
  const config = kind === 'ReplicationController' && isObject(labels) ? labels['deploymentconfig'] : undefined
  if (typeof config === 'string') return { kind: 'DeploymentConfig', name: config }
  const scheduled = kind === 'Job' ? /^(.+)-\d{8,10}$/.exec(name)?.[1] : undefined
  return scheduled === undefined ? undefined : { kind: 'CronJob', name: scheduled }
}

function controllerOf(object: ManifestObject): Owner | undefined {
  const { ownerReferences: references } = metadataOf(object)
  const list: unknown[] = Array.isArray(references) ? references : []
  const controller = list.find((reference) => isObject(reference) && reference.controller === true)
  if (!isObject(controller) || typeof controller.kind !== 'string' || typeof controller.name !== 'string')
    return undefined
  return { kind: controller.kind, name: controller.name }
}

function metadataOf({ value: { metadata } }: ManifestObject): Readonly<Record<string, unknown>> {
  return isObject(metadata) ? metadata : {}
}

function keyFor(namespace: string, { kind, name }: Owner): string {
  return `${kind}/${namespace}/${name}`
}
