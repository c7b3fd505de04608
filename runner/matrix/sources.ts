import { representativeOf } from '../../fabric/workloads.ts'
import type { Pod, Service, World } from '../../fabric/world.ts'
import { towards } from '../plan/destination-nodes.ts'
import type { PlannedSource } from '../plan/planned-source.ts'
import { podClasses } from '../plan/pod-classes.ts'
import { identityOf } from '../plan/pod-places.ts'
import { nameOf } from './question.ts'

/** The probe source for each source pod of a matrix, in the order of its rows. */
export type MatrixSources = ReadonlyMap<Pod, PlannedSource>

/** Every pod itself, without clones. */
export function everyPod(pods: readonly Pod[]): MatrixSources {
  return new Map(
    pods.map((pod) => [pod, planned(pod, { kind: 'pod', namespace: pod.namespace, name: pod.name })] as const),
  )
}

/** For each workload one source like its pods, and one more for each node and pod that differs on a path to any of the pods and Services. */
export function workloadPlaces(pods: readonly Pod[], services: readonly Service[], world: World): MatrixSources {
  const isLocal = services.some(({ internalTrafficPolicy }) => internalTrafficPolicy === 'Local')
  const possibleDestinations = { ...towards(pods, world), isLocal }
  const workloads = Map.groupBy(pods, ({ namespace, workload: { kind, name } }) =>
    JSON.stringify([namespace, kind, name]),
  )
  return new Map(
    [...workloads.values()].flatMap((all) => {
      const classes = podClasses(all, world, { possibleDestinations: () => possibleDestinations, byPods: 0 })
      return classes.map((alike) => {
        const pod = representativeOf(alike) ?? alike[0]!
        const workload = `${pod.workload.kind.toLowerCase()}/${pod.workload.name}`
        const source = { kind: 'like', name: nameOf(pod), namespace: pod.namespace, workload } as const
        return [pod, planned(pod, identityOf(source, alike, { all, classes }))] as const
      })
    }),
  )
}

function planned(pod: Pod, identity: PlannedSource['identity']): PlannedSource {
  return { key: JSON.stringify(identity), name: nameOf(pod), identity, namespace: pod.namespace }
}
