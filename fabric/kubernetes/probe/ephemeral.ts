import { setTimeout as delay } from 'node:timers/promises'
import type { Identity, Probe, Unavailable } from '../../fabric.ts'
import type { Pod } from '../../world.ts'
import { isStatus, saidBy } from '../api/api-error.ts'
import { getObject, type LiveObject } from '../api/objects.ts'
import { pathOf, resources } from '../api/resources.ts'
import type { Cluster } from '../cluster.ts'
import { podOf } from '../world/live-world.ts'
import { headroomOf, neededMiB } from './headroom.ts'
import { controlPortOf, nextHostPort } from './host-ports.ts'
import { probeContainer, sharedNetworkArgs } from './pod-spec.ts'
import { type ContainerStatus, containerState, imageOf } from './pod-state.ts'
import { ownListener, probeIn } from './probe-in.ts'
import { podOfWorkload } from './workload-pod.ts'

/**
 * How long an ephemeral container may take to start, and after how long without a request it exits, in milliseconds.
 */
const startMs = 60_000
const idleMs = 60_000
const periodMs = 100

type InPod = Extract<Identity, { kind: 'as' | 'inside' }>

/**
 * An ephemeral container in a user's pod, one per pod and run. It shares the pod's network and memory. Refused if the
 * pod has too little memory left.
 */
export async function ephemeralProbe(
  cluster: Cluster,
  identity: InPod,
  signal: AbortSignal,
): Promise<Probe | Unavailable> {
  if (identity.kind === 'inside' && !cluster.ephemeral) {
    return {
      unavailable: `${identity.namespace}/${identity.pod} is not asked from inside: no ephemeral containers were allowed`,
    }
  }
  const found = await chosenPod(cluster, identity, signal)
  if (typeof found === 'string') return { unavailable: found }
  const { live, pod } = found
  const own = ownListener(cluster, identity, live)
  if (own !== undefined) return own
  const title = `${pod.namespace}/${pod.name}`
  const headroom = await headroomOf(cluster.client, live, signal)
  if (!(headroom >= neededMiB)) {
    const room = Number.isNaN(headroom) ? 'is not known' : `is ${Math.floor(headroom)} MiB`
    return {
      unavailable: `no probe inside ${title}: its room below the memory limit ${room}, and ${neededMiB} MiB are needed`,
    }
  }
  const name = `crosscheck-${cluster.run.id}`
  const port = pod.hostNetwork ? nextHostPort(cluster, pod.node) : controlPortOf(cluster.run.id)
  let image: string | undefined
  try {
    await addContainer(cluster, live, { name, port }, signal)
    const now = await started(cluster, live, name, signal)
    if (typeof now === 'string') return { unavailable: `the probe inside ${title} did not start: ${now}` }
    image = imageOf(now, name)
  } catch (error) {
    if (!isStatus(error, 400, 403, 404, 409, 422)) throw error
    return { unavailable: `no probe inside ${title}: ${saidBy(error)}` }
  }
  return probeIn(cluster, {
    identity,
    pod,
    port,
    image,
    stop: true,
    note: `tested in the pod ${pod.name}, whose record keeps a finished container`,
  })
}

async function chosenPod({ client }: Cluster, identity: InPod, signal: AbortSignal) {
  const { namespace } = identity
  if (identity.kind === 'inside') {
    const live = await getObject(client, { resource: resources.Pod, namespace, name: identity.pod }, signal)
    return usable(live, `there is no pod ${namespace}/${identity.pod}`)
  }
  const where = identity.node === undefined ? '' : ` on ${identity.node}`
  return usable(await podOfWorkload(client, identity, signal), `${namespace}/${identity.workload} has no pod${where}`)
}

function usable(
  live: LiveObject | undefined,
  absent: string,
): string | { readonly live: LiveObject; readonly pod: Pod } {
  const pod = live === undefined ? undefined : podOf(live)
  return live === undefined || pod === undefined || pod.addresses.length === 0 ? absent : { live, pod }
}

async function addContainer(
  { client, run }: Cluster,
  { metadata }: LiveObject,
  own: { name: string; port: number },
  signal: AbortSignal,
) {
  const args = [...sharedNetworkArgs(own.port), '--idle-ms', String(idleMs)]
  const { resources: _, ...container } = probeContainer(run, { name: own.name, args })
  await client.send(
    {
      method: 'PATCH',
      path: `${pathOf(resources.Pod, metadata.namespace, metadata.name)}/ephemeralcontainers`,
      contentType: 'application/strategic-merge-patch+json',
      body: { metadata: { uid: metadata.uid }, spec: { ephemeralContainers: [container] } },
    },
    signal,
  )
}

/** The pod as soon as the container runs, or the reason why it does not start. */
async function started(
  { client }: Cluster,
  { metadata }: LiveObject,
  name: string,
  signal: AbortSignal,
): Promise<LiveObject | string> {
  const { namespace, name: podName } = metadata
  let why = 'no container was started yet'
  for (const end = performance.now() + startMs; performance.now() < end; await delay(periodMs, undefined, { signal })) {
    const live = await getObject(client, { resource: resources.Pod, namespace, name: podName }, signal)
    if (live === undefined) return 'the pod is gone'
    const statuses = (live.status?.['ephemeralContainerStatuses'] ?? []) as readonly ContainerStatus[]
    const own = statuses.find((status) => status.name === name)
    if (own === undefined) continue
    const state = containerState(own)
    if (state.kind === 'running') return live
    why = state.why
    if (state.kind === 'stuck') return why
  }
  return `it is not up after ${startMs / 1000} s: ${why}`
}
