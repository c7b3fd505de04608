import { createAllocator } from '../../fabric/manifests/allocator.ts'
import { readManifests } from '../../fabric/manifests/read.ts'
import { buildWorld } from '../../fabric/manifests/world.ts'
import type { Pod } from '../../fabric/world.ts'
import type { Question } from './verify.ts'

const kinds: Readonly<Record<string, string>> = {
  Deployment: 'deploy',
  StatefulSet: 'sts',
  DaemonSet: 'ds',
  ReplicaSet: 'rs',
  Job: 'job',
  CronJob: 'cronjob',
  Pod: 'po',
  ReplicationController: 'replicationcontroller',
  DeploymentConfig: 'deploymentconfig',
}

/** None of manifests that an API server refuses; otherwise from every workload to every port of every Service by its name, and to every declared TCP port of every workload. */
export function questionsOf(text: string): Question[] {
  const { objects, problems } = readManifests([{ file: 'all.yaml', text }])
  const built = buildWorld(objects, { allocator: createAllocator() })
  if ([...problems, ...built.problems].some(({ severity }) => severity === 'error')) return []
  const { world } = built
  const pods = world.pods.filter(
    ({ namespace, labels }) => namespace !== 'kube-system' || labels['k8s-app'] !== 'kube-dns',
  )
  const workloads = [...new Map(pods.map((pod) => [nameOf(pod), pod])).values()]
  const targets = [
    ...world.services.flatMap(({ namespace, name, ports }) =>
      ports.flatMap(({ port, protocol }) => (protocol === 'TCP' ? [`tcp://${name}.${namespace}:${port}`] : [])),
    ),
    ...workloads.flatMap((pod) =>
      pod.ports.flatMap(({ port, protocol }) => (protocol === 'TCP' ? [`${nameOf(pod)}:${port}`] : [])),
    ),
  ]
  const sources = [...workloads.map(nameOf), 'outside']
  return sources.flatMap((from) => [...new Set(targets)].flatMap((to) => (from === to ? [] : [{ from, to }])))
}

function nameOf({ namespace, workload }: Pod): string {
  return `${namespace}/${kinds[workload.kind] ?? 'po'}/${workload.name}`
}
