import { randomBytes } from 'node:crypto'
import { matchesSelector } from '../../../policy/selector.ts'
import type { Labels } from '../../../policy/types.ts'
import type { Identity, Manifest, Probe, Unavailable } from '../../fabric.ts'
import { isStatus } from '../api/api-error.ts'
import { deleteObject, type LiveObject, listObjects, tryObject } from '../api/objects.ts'
import { resources } from '../api/resources.ts'
import type { Cluster } from '../cluster.ts'
import { marks, remember } from '../ownership.ts'
import { podOf } from '../world/live-world.ts'
import { copiedFields, isOnHost, type Template } from './clone.ts'
import { nextHostPort } from './host-ports.ts'
import { createPod, untilRunning } from './pod-creation.ts'
import {
  neverReady,
  onNode,
  podDefaults,
  probeContainer,
  type Resources,
  sharedNetworkArgs,
  sidecarMarks,
  spread,
} from './pod-spec.ts'
import { imageOf } from './pod-state.ts'
import { probeIn } from './probe-in.ts'
import { patched } from './probe-patch.ts'
import { refusedText } from './refused-object.ts'
import { fitResources } from './resource-limits.ts'
import { noteWith } from './sidecars.ts'

/** How long a new probe may take to start, including the image pull, in milliseconds. */
const startMs = 90_000

export interface Standing {
  readonly identity: Identity
  readonly namespace: string
  readonly node?: string | undefined
  readonly note: string
}

/**
 * Creates a pod as a probe, with these labels and the template's name resolution and placement. It never receives
 * traffic, and is deleted with the run.
 */
export async function freshProbe(
  cluster: Cluster,
  standing: Standing,
  template: Template,
  signal: AbortSignal,
): Promise<Probe | Unavailable> {
  const { namespace } = standing
  try {
    const [exposing, fitted] = await Promise.all([
      exposingService(cluster, namespace, template.labels, signal),
      fitResources(cluster.client, namespace, signal),
    ])
    if (exposing !== undefined) {
      return {
        unavailable: `no probe like this in ${namespace}: the Service ${exposing} publishes pods that are not ready, and would send it traffic`,
      }
    }
    const port = isOnHost(template) ? nextHostPort(cluster, standing.node ?? '') : undefined
    const pod = podManifest(cluster, standing, template, { resources: fitted, port })
    const { name } = pod.metadata
    // In a namespace of the run, no rules of users apply, and the service account may be created late.
    if (!cluster.namespaces.has(namespace)) {
      // The first pod of a namespace is tried with a dry run before anything is created. If it was accepted, an error
      // for a later pod appears when that pod is created.
      const tried = () => tryObject(cluster.client, { resource: resources.Pod, namespace, name }, pod, signal)
      await remember(cluster.tried, namespace, tried).catch(tried)
    }
    const created = await createPod(cluster.client, await withOwners(cluster, pod, template, signal), signal)
    return await comeUp(cluster, { ...standing, port }, created, signal)
  } catch (error) {
    if (!isStatus(error, 400, 403, 404, 409, 422)) throw error
    return { unavailable: `no probe in ${namespace}: ${refusedText(error)}` }
  }
}

type PodManifest = Manifest & { readonly metadata: { readonly name: string; readonly namespace: string } }

interface Fitted {
  readonly resources: Resources
  /** The control port, for a probe on a node's network. */
  readonly port: number | undefined
}

function podManifest(
  { run }: Cluster,
  { namespace, node }: Standing,
  template: Template,
  { resources: fitted, port }: Fitted,
): PodManifest {
  const args = port === undefined ? [] : sharedNetworkArgs(port)
  const { labels, annotations } = marks(run, 'probe')
  const pod = {
    metadata: {
      namespace,
      name: `crosscheck-${run.id}-${randomBytes(4).toString('hex')}`,
      labels: { ...template.labels, ...labels },
      annotations: { ...annotations, ...sidecarMarks(run) },
    },
    spec: {
      ...podDefaults(run),
      ...copiedFields(template.spec),
      ...neverReady.spec,
      ...(node === undefined ? spread : onNode(node)),
      ...(port === undefined ? {} : { hostNetwork: true }),
      containers: [{ ...probeContainer(run, { name: 'probe', args, resources: fitted }), ...neverReady.container }],
    },
  }
  return { apiVersion: 'v1', kind: 'Pod', ...patched(pod, run.patch) } as PodManifest
}

/** Creates the pod's owner objects, after the pod passed its dry run. */
async function withOwners(
  { owners }: Cluster,
  pod: PodManifest,
  { adopted }: Template,
  signal: AbortSignal,
): Promise<Manifest> {
  const { metadata } = pod
  const [owner, controller] = await Promise.all([
    owners.ownerIn(metadata.namespace, signal),
    adopted ? owners.controllerIn(metadata.namespace, signal) : undefined,
  ])
  return {
    ...pod,
    metadata: { ...metadata, ownerReferences: controller === undefined ? [owner] : [controller, owner] },
  }
}

async function comeUp(
  cluster: Cluster,
  standing: Standing & { readonly port: number | undefined },
  created: LiveObject,
  signal: AbortSignal,
): Promise<Probe | Unavailable> {
  const { identity, namespace, note, port } = standing
  const { name, uid } = created.metadata
  const live = await untilRunning(cluster, { namespace, name }, { withinMs: startMs, signal })
  if (typeof live === 'string') {
    await deleteObject(
      cluster.client,
      { resource: resources.Pod, namespace, name },
      { gracePeriodSeconds: 0, uid },
      signal,
    )
    return { unavailable: `the probe ${namespace}/${name} did not start: ${live}` }
  }
  const pod = podOf(live)
  if (pod === undefined) return { unavailable: `the probe ${namespace}/${name} has ended` }
  return probeIn(cluster, {
    identity,
    pod,
    note: noteWith(note, live),
    image: imageOf(live),
    port,
    // A node's address has been known to plugins for a long time.
    bornAt: pod.hostNetwork ? undefined : cluster.run.now(),
  })
}

/**
 * A Service that would publish the probe although it is not ready. If Services cannot be read, assumes that there is
 * none.
 */
export async function exposingService(
  { client }: Pick<Cluster, 'client'>,
  namespace: string,
  labels: Labels,
  signal: AbortSignal,
): Promise<string | undefined> {
  const services = await listObjects(client, { resource: resources.Service, namespace }, signal).catch(() => [])
  const exposing = services.find(({ spec }) => {
    const matchLabels = spec?.['selector'] as Labels | undefined
    if (spec?.['publishNotReadyAddresses'] !== true || matchLabels === undefined) return false
    return Object.keys(matchLabels).length > 0 && matchesSelector({ matchLabels }, labels)
  })
  return exposing?.metadata.name
}
