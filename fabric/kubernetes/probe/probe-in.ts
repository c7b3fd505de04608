import type { Identity, Probe, Unavailable } from '../../fabric.ts'
import type { Pod } from '../../world.ts'
import type { LiveObject } from '../api/objects.ts'
import type { Cluster } from '../cluster.ts'
import { roleAnnotation, runAnnotation } from '../run-facts.ts'
import { podOf } from '../world/live-world.ts'
import { createControl } from './control-batch.ts'
import { controlPort } from './pod-spec.ts'
import { imageOf } from './pod-state.ts'
import { noteWith } from './sidecars.ts'

export interface Inside {
  readonly identity: Identity
  readonly pod: Pod
  readonly note?: string
  /** The digest of the image that runs there. */
  readonly image?: string | undefined
  readonly bornAt?: number
  /** Of the probe in this pod; the usual one when absent. */
  readonly port?: number
  /** That it asks for; the run's own when absent. */
  readonly token?: string
  /** Nothing else ends it: it is told to when the run ends. */
  readonly stop?: boolean
}

/** A probe that is up in a pod, reached through the API server, which no policy can cut. */
export function probeIn(
  cluster: Cluster,
  { identity, pod, note, image, bornAt, port = controlPort, token = cluster.run.token, stop = false }: Inside,
): Probe {
  const { namespace, name, node, addresses } = pod
  const control = createControl({
    open: () => cluster.client.forward({ namespace, pod: name, port }),
    // A node has more addresses than its status tells, and connects to its own pods by another one.
    token,
    addresses: pod.hostNetwork ? [] : addresses,
    stop,
    atOnce: cluster.run.concurrency,
  })
  cluster.controls.add(control)
  // A fresh one listens some time after its container runs; until its first batch is there the tunnel is too.
  if (bornAt !== undefined) void control.meet()
  return {
    identity,
    pod,
    node,
    addresses,
    ...(note === undefined ? {} : { note }),
    ...(image === undefined ? {} : { image }),
    ...(bornAt === undefined ? {} : { bornAt }),
    run: (checks, signal, pace) => control.run(checks, signal, pace),
  }
}

/** The probe that a pod of this run is itself: a listener takes checks too. Undefined for every other pod. */
export function ownListener(cluster: Cluster, identity: Identity, live: LiveObject): Probe | Unavailable | undefined {
  const { annotations, namespace, name } = live.metadata
  if (annotations?.[runAnnotation] !== cluster.run.id || annotations[roleAnnotation] !== 'listener') return undefined
  const pod = podOf(live)
  if (pod === undefined || pod.addresses.length === 0) {
    return { unavailable: `the pod ${namespace}/${name} has no address` }
  }
  // It is as old as the run at most: plugins learn of it as late as of any probe.
  const bornAt = cluster.run.now()
  return probeIn(cluster, {
    identity,
    pod,
    note: noteWith(`tested in its pod ${name}`, live),
    image: imageOf(live),
    bornAt,
  })
}
