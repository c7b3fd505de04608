import type { Problem } from '../../../policy/types.ts'
import type { Change, Manifest } from '../../fabric.ts'
import { parseObjectName } from '../../manifests/change.ts'
import { keyOf, type ManifestObject, titleOf } from '../../manifests/object.ts'
import { objectsOf } from '../../manifests/read.ts'
import { type Address, applyObject, deleteObject } from '../api/objects.ts'
import { pathOf, resourceOf, resourceOfKind } from '../api/resources.ts'
import type { Cluster } from '../cluster.ts'
import { createPod, untilRunning } from '../probe/pod-creation.ts'
import { isResidentCanary, isResidentCanaryPolicy, useResidentCanary } from '../resident/standing-canary.ts'
import { listenPorts } from './listen-ports.ts'
import { listenResources } from './listen-resources.ts'
import { createNamespaces } from './namespaces.ts'
import { waitUntilGone, waitUntilReady } from './readiness.ts'
import { RefusedChange } from './refused-change.ts'
import { isRehearsed, type Listener, rehearsed, runsPods } from './rehearse.ts'

/** Changes objects, only in namespaces that this run created. */
export interface Changes {
  /** Resolves when the API server has accepted the change and the applied objects are ready. */
  change(change: Change, signal: AbortSignal): Promise<void>
  /** Objects that were applied and not deleted since, without namespaces and pods. */
  made(): readonly Address[]
  /** Requests the deletion of every namespace that this run created, and returns their names. */
  remove(signal: AbortSignal): Promise<readonly string[]>
}

/** How long a pod may take to start, in milliseconds. */
const startMs = 90_000

/** The changes of one run. */
export function createChanges(cluster: Cluster): Changes {
  const { client, run, owners, nodes } = cluster
  const namespaces = createNamespaces(cluster)
  const applied = new Map<string, ManifestObject>()
  const made = new Map<string, Address>()

  const put = async (object: ManifestObject, listener: (object: ManifestObject) => Listener, signal: AbortSignal) => {
    const at = addressOf(object)
    if (at === undefined) return
    const value = rehearsed(withNamespace(object), run, listener(object))
    const owner = at.namespace === undefined ? [] : [await owners.ownerIn(at.namespace, signal)]
    const metadata = { ...(value['metadata'] as Manifest), ownerReferences: owner }
    const whole = { ...value, metadata }
    if (object.kind === 'Pod') {
      await createPod(client, whole, signal)
    } else {
      made.set(keyOf(object), at)
      await applyObject(client, at, whole, signal)
    }
  }

  const apply = async (objects: readonly ManifestObject[], until: 'ready' | 'running', signal: AbortSignal) => {
    const ours = (await useResidentCanary(cluster, objects, signal)).filter(
      ({ apiVersion, kind }) => isRehearsed(kind) && resourceOf(apiVersion, kind) !== undefined,
    )
    const spaces = ours.filter(({ kind }) => kind === 'Namespace')
    const named = new Set([
      ...spaces.map(({ name }) => name),
      ...ours
        .map(({ namespace }) => namespace)
        .filter((name) => name !== '' && !isResidentCanary(cluster.residentCanary, name)),
    ])
    const [lost] = await Promise.all([lostNode(ours, signal), namespaces.make([...named], spaces, signal)])
    if (lost !== undefined) throw new Error(lost)
    for (const object of ours) applied.set(keyOf(object), object)
    const all = [...applied.values()]
    const [ports, resources] = [listenPorts(all), listenResources(all)]
    const listener = (object: ManifestObject) => ({ ports: ports(object), resources: resources(object.namespace) })
    const [first, then] = partition(
      ours.filter(({ kind }) => kind !== 'Namespace'),
      ({ kind }) => !runsPods(kind),
    )
    await Promise.all(first.map((object) => put(object, listener, signal)))
    await Promise.all(then.map((object) => put(object, listener, signal)))
    const awaited = then.flatMap((object) => addressOf(object) ?? [])
    const [pods, others] = partition(awaited, ({ resource }) => until === 'running' && resource.kind === 'Pod')
    await Promise.all([waitUntilReady(client, others, signal), ...pods.map((at) => awaitRunning(at, signal))])
  }

  /** A pod that names its node would wait there for a kubelet that is gone. */
  const lostNode = async (objects: readonly ManifestObject[], signal: AbortSignal) => {
    const names = objects.flatMap(({ kind, value }) => {
      const { nodeName } = (value['spec'] ?? {}) as { readonly nodeName?: string }
      return kind !== 'Pod' || nodeName === undefined ? [] : [nodeName]
    })
    const refusals = await Promise.all([...new Set(names)].map((name) => nodes.refusal(name, 'named', signal)))
    return refusals.find((why) => why !== undefined)
  }

  const awaitRunning = async (at: Address, signal: AbortSignal) => {
    const live = await untilRunning(cluster, at, { withinMs: startMs, signal })
    if (typeof live === 'string') throw new Error(`Pod ${at.namespace}/${at.name} does not run: ${live}`)
  }

  const remove = async (objects: readonly ManifestObject[], signal: AbortSignal) => {
    const gone = objects.filter(({ kind }) => kind === 'Namespace').map(({ name }) => name)
    const rest = objects.filter(({ kind, namespace }) => kind !== 'Namespace' && !gone.includes(namespace))
    for (const object of objects) {
      applied.delete(keyOf(object))
      made.delete(keyOf(object))
    }
    await Promise.all(gone.map((name) => namespaces.remove(name, signal)))
    const addresses = rest.flatMap((object) => addressOf(object) ?? [])
    // An object without dependents is deleted in the background. In the foreground it would stay until the garbage
    // collector has processed it. A CronJob is suspended, so it has no Job.
    const policyOf = ({ resource: { kind } }: Address) =>
      runsPods(kind) && kind !== 'CronJob' ? 'Foreground' : 'Background'
    await Promise.all(addresses.map((at) => deleteObject(client, at, { propagationPolicy: policyOf(at) }, signal)))
    await waitUntilGone(client, addresses, signal)
  }

  return {
    async change(change, signal) {
      const objects = change.kind === 'label' ? [labelled(change.object)] : readObjects(change.objects)
      namespaces.refuseForeign(
        objects.filter((object) => !isResidentCanaryPolicy(cluster.residentCanary, object)),
        change.kind,
      )
      if (change.kind === 'apply') return apply(objects, change.until ?? 'ready', signal)
      if (change.kind === 'delete') return remove(objects, signal)
      const at = addressOf(objects[0]!)!
      const body = { metadata: { labels: change.labels } }
      const contentType = 'application/merge-patch+json'
      await client.send(
        { method: 'PATCH', path: pathOf(at.resource, at.namespace, at.name), body, contentType },
        signal,
      )
    },
    made: () => [...made.values()],
    remove: (signal) => namespaces.removeAll(signal),
  }
}

function readObjects(values: readonly Manifest[]): ManifestObject[] {
  const problems: Problem[] = []
  const objects = values.flatMap((value) => objectsOf(value, () => ({ file: 'change', line: 1, column: 1 }), problems))
  if (problems.length > 0) throw new RefusedChange(problems.map(({ message }) => message).join('\n'))
  return objects
}

function labelled(word: string): ManifestObject {
  const target = parseObjectName(word)
  const place = { file: 'change', line: 1, column: 1 }
  if (target === undefined) throw new RefusedChange(`${word}: expected namespace/kind/name or kind/name`)
  return { value: {}, apiVersion: '', place, at: () => place, ...target }
}

function addressOf({ apiVersion, kind, namespace, name }: ManifestObject): Address | undefined {
  const resource = apiVersion === '' ? resourceOfKind(kind) : resourceOf(apiVersion, kind)
  if (resource === undefined) return undefined
  return { resource, name, namespace: resource.namespaced ? namespace : undefined }
}

function withNamespace({ value, namespace }: ManifestObject): Manifest {
  return namespace === '' ? value : { ...value, metadata: { ...(value['metadata'] as Manifest), namespace } }
}

function partition<T>(list: readonly T[], first: (item: T) => boolean): [T[], T[]] {
  return [list.filter(first), list.filter((item) => !first(item))]
}

/** The objects that a rehearsal leaves out, as `Kind namespace/name`, for the report. */
export function notRehearsed(objects: readonly ManifestObject[]): readonly string[] {
  return objects
    .filter(({ apiVersion, kind }) => !isRehearsed(kind) || resourceOf(apiVersion, kind) === undefined)
    .map(titleOf)
}
