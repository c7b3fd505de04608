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
  /** The control port of this pod's probe; the default port when absent. */
  readonly port?: number
  /** The token that the probe requires; the run's token when absent. */
  readonly token?: string
  /** Stop the probe when the run ends, because nothing else ends it. */
  readonly stop?: boolean
}

/** A running probe in a pod, reached through the API server. No policy can block this channel. */
export function probeIn(
  cluster: Cluster,
  { identity, pod, note, image, bornAt, port = controlPort, token = cluster.run.token, stop = false }: Inside,
): Probe {
  const { namespace, name, node, addresses } = pod
  const control = createControl({
    open: () => cluster.client.forward({ namespace, pod: name, port }),
    // A node has more addresses than its status shows, and connects to its own pods from another one.
    token,
    addresses: pod.hostNetwork ? [] : addresses,
    stop,
    atOnce: cluster.run.concurrency,
  })
  cluster.controls.add(control)
  // A new probe opens its port some time after its container starts. Opening the tunnel now makes it ready for the
  // first batch.
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

/** The probe in a pod of this run, because a listener also runs checks. Undefined for other pods. */
export function ownListener(cluster: Cluster, identity: Identity, live: LiveObject): Probe | Unavailable | undefined {
  const { annotations, namespace, name } = live.metadata
  if (annotations?.[runAnnotation] !== cluster.run.id || annotations[roleAnnotation] !== 'listener') return undefined
  const pod = podOf(live)
  if (pod === undefined || pod.addresses.length === 0) {
    return { unavailable: `the pod ${namespace}/${name} has no address` }
  }
  // The pod is at most as old as the run. Policies may take as long to match it as any new probe.
  const bornAt = cluster.run.now()
  return probeIn(cluster, {
    identity,
    pod,
    note: noteWith(`tested in its pod ${name}`, live),
    image: imageOf(live),
    bornAt,
  })
}
