import { podsIn } from './endpoints.ts'
import type { Identity } from './fabric.ts'
import type { Pod, Workload, World } from './world.ts'

/** kubectl's names for the kinds that have pods. */
export const workloadKinds: Readonly<Record<string, Workload['kind']>> = {
  deployment: 'Deployment',
  statefulset: 'StatefulSet',
  daemonset: 'DaemonSet',
  replicaset: 'ReplicaSet',
  replicationcontroller: 'ReplicationController',
  deploymentconfig: 'DeploymentConfig',
  job: 'Job',
  cronjob: 'CronJob',
  pod: 'Pod',
}

/** The pod that represents a workload as a source: its first ready pod, or else the first with an address. */
export function representativeOf(pods: readonly Pod[]): Pod | undefined {
  const running = pods.filter(({ addresses }) => addresses.length > 0)
  return running.find(({ ready }) => ready) ?? running[0]
}

/** The pods of `kind/name` (kubectl's full lower-case kind) in a namespace. `pod/x` is any pod of that name. */
export function podsOfWorkload(namespace: string, workload: string, world: World): Pod[] {
  const [kind = '', name = ''] = workload.split('/')
  return podsIn(world.pods, namespace).filter((pod) =>
    kind === 'pod' ? pod.name === name : pod.workload.kind === workloadKinds[kind] && pod.workload.name === name,
  )
}

/** The pods of an identity in the world; empty if it is not a pod, or if the pod does not exist yet. */
export function podsOfIdentity(identity: Identity, world: World): readonly Pod[] {
  switch (identity.kind) {
    case 'like':
    case 'as':
      return podsOfWorkload(identity.namespace, identity.workload, world).filter(
        ({ node }) => identity.node === undefined || node === identity.node,
      )
    case 'pod':
      return podsOfWorkload(identity.namespace, `pod/${identity.name}`, world)
    case 'inside':
      return podsOfWorkload(identity.namespace, `pod/${identity.pod}`, world)
    case 'namespace':
    case 'node':
    case 'outside':
      return []
    default:
      return identity satisfies never
  }
}
