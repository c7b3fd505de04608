import type { Identity, Probe, Unavailable } from '../fabric.ts'
import type { Pod } from '../world.ts'
import type { Cluster } from './cluster.ts'
import { createControl } from './control-batch.ts'
import { podOf } from './live-world.ts'
import type { LiveObject } from './objects.ts'
import { controlPort } from './pod-spec.ts'
import { roleAnnotation, runAnnotation } from './run-facts.ts'

export interface Inside {
  readonly identity: Identity
  readonly pod: Pod
  readonly note?: string
  readonly bornAt?: number
  /** Of the probe in this pod; the usual one when absent. */
  readonly port?: number
  /** Nothing else ends it: it is told to when the run ends. */
  readonly stop?: boolean
}

/** A probe that is up in a pod, reached through the API server, which no policy can cut. */
export function probeIn(
  cluster: Cluster,
  { identity, pod, note, bornAt, port = controlPort, stop = false }: Inside,
): Probe {
  const { namespace, name, node, addresses } = pod
  const control = createControl({
    open: () => cluster.client.forward({ namespace, pod: name, port }),
    token: cluster.run.token,
    ...{ addresses, stop },
  })
  cluster.controls.add(control)
  return {
    ...{ identity, pod, node, addresses },
    ...(note === undefined ? {} : { note }),
    ...(bornAt === undefined ? {} : { bornAt }),
    run: (checks, signal) => control.run(checks, signal),
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
  return probeIn(cluster, { identity, pod, note: `tested in its pod ${name}` })
}
