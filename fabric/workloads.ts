import type { Pod, Workload, World } from './world.ts'

/** kubectl's names for the kinds that have pods. */
export const workloadKinds: Readonly<Record<string, Workload['kind']>> = {
  deployment: 'Deployment',
  statefulset: 'StatefulSet',
  daemonset: 'DaemonSet',
  replicaset: 'ReplicaSet',
  job: 'Job',
  cronjob: 'CronJob',
  pod: 'Pod',
}

/** The pods of `kind/name` (kubectl's full lower-case kind) in a namespace; `pod/x` is any pod of that name. */
export function podsOfWorkload(namespace: string, workload: string, world: World): Pod[] {
  const [kind = '', name = ''] = workload.split('/')
  return world.pods.filter(
    (pod) =>
      pod.namespace === namespace &&
      (kind === 'pod' ? pod.name === name : pod.workload.kind === workloadKinds[kind] && pod.workload.name === name),
  )
}
