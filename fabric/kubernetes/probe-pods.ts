import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { matchesSelector } from '../../policy/selector.ts'
import type { Labels } from '../../policy/types.ts'
import type { Identity, Manifest, Probe, Unavailable } from '../fabric.ts'
import { ApiError, isStatus, saidBy } from './api-error.ts'
import { copiedFields, type Template } from './clone.ts'
import type { Cluster } from './cluster.ts'
import { fitResources } from './fitting.ts'
import { podOf } from './live-world.ts'
import { applyObject, deleteObject, type LiveObject, listObjects } from './objects.ts'
import { marks } from './owners.ts'
import { neverReady, onNode, podDefaults, probeContainer, withoutSidecar } from './pod-spec.ts'
import { imageOf, stateOf } from './pod-state.ts'
import { probeIn } from './probe-in.ts'
import { resources } from './resources.ts'

/** How long a fresh probe may take to come up, in milliseconds: an image that is pulled first included. */
const startMs = 90_000

export interface Standing {
  readonly identity: Identity
  readonly namespace: string
  readonly node?: string | undefined
  readonly note: string
}

/** A fresh pod as a probe, with these labels and what the template says of names and places. It never gets traffic, and goes with the run. */
export async function freshProbe(
  cluster: Cluster,
  standing: Standing,
  template: Template,
  signal: AbortSignal,
): Promise<Probe | Unavailable> {
  const { namespace } = standing
  const exposing = await exposingService(cluster, namespace, template.labels, signal)
  if (exposing !== undefined) {
    return {
      unavailable: `no probe like this in ${namespace}: the Service ${exposing} publishes pods that are not ready, and would send it traffic`,
    }
  }
  try {
    const manifest = await podManifest(cluster, standing, template, signal)
    const created = await create(cluster, manifest, signal)
    return await comeUp(cluster, standing, created, signal)
  } catch (error) {
    if (!isStatus(error, 400, 403, 404, 409, 422)) throw error
    return { unavailable: `no probe in ${namespace}: ${saidBy(error)}` }
  }
}

async function podManifest(
  cluster: Cluster,
  standing: Standing,
  template: Template,
  signal: AbortSignal,
): Promise<Manifest> {
  const { run, owners, client } = cluster
  const { namespace, node } = standing
  const [owner, fitted, controller] = await Promise.all([
    owners.ownerIn(namespace, signal),
    fitResources(client, namespace, signal),
    template.adopted ? owners.controllerIn(namespace, signal) : undefined,
  ])
  const { labels, annotations } = marks(run, 'probe')
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...{ namespace, name: `crosscheck-${run.id}-${randomBytes(4).toString('hex')}` },
      labels: { ...template.labels, ...labels },
      annotations: { ...annotations, ...withoutSidecar },
      ownerReferences: controller === undefined ? [owner] : [controller, owner],
    },
    spec: {
      ...podDefaults(run),
      ...copiedFields(template.spec),
      ...neverReady.spec,
      ...(node === undefined ? {} : onNode(node)),
      containers: [{ ...probeContainer(run, { name: 'probe', resources: fitted }), ...neverReady.container }],
    },
  }
}

/** In a namespace that was made a moment ago the default service account comes late: its absence is waited for, 5 s at most. */
async function create({ client }: Cluster, manifest: Manifest, signal: AbortSignal): Promise<LiveObject> {
  const { namespace, name } = manifest['metadata'] as { namespace: string; name: string }
  for (let attempt = 0; ; attempt++) {
    try {
      return await applyObject(client, { resource: resources.Pod, namespace, name }, manifest, signal)
    } catch (error) {
      const isEarly = error instanceof ApiError && /serviceaccount "?[^"]+"? not found/.test(error.message)
      if (!isEarly || attempt === 25) throw error
      await delay(200, undefined, { signal })
    }
  }
}

async function comeUp(
  cluster: Cluster,
  standing: Standing,
  created: LiveObject,
  signal: AbortSignal,
): Promise<Probe | Unavailable> {
  const { identity, namespace, note } = standing
  const { name, uid } = created.metadata
  let why = 'it was not seen yet'
  const live = await cluster.pods
    .wait(
      { namespace, name },
      {
        until: (pod) => {
          if (pod === undefined) return undefined
          const state = stateOf(pod)
          if (state.kind === 'running') return pod
          why = state.why
          return state.kind === 'stuck' ? why : undefined
        },
        withinMs: startMs,
        late: () => `it is not up after ${startMs / 1000} s: ${why}`,
      },
      signal,
    )
    .catch((error: Error) => {
      signal.throwIfAborted()
      return error.message
    })
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
  return probeIn(cluster, { identity, pod, note, image: imageOf(live), bornAt: cluster.run.now() })
}

/** A Service that would publish the probe although it is not ready; Services that may not be read are taken to be none. */
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
