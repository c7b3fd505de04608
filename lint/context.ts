import { namesNamespace } from '../fabric/manifests/default-namespace.ts'
import { treatmentOf } from '../fabric/manifests/kinds.ts'
import { keyOf, type ManifestObject } from '../fabric/manifests/object.ts'
import { ownershipOf } from '../fabric/manifests/owners.ts'
import type { Renderings } from '../fabric/manifests/renderings.ts'
import { mayMakePods } from '../fabric/operators.ts'
import type { Pod, Service, World } from '../fabric/world.ts'
import type { NetworkPolicy, Problem } from '../policy/types.ts'
import { createPopulation, type Population } from './population.ts'
import { probedPorts, type Template, templateOf } from './templates.ts'

/** The input of the rules. */
export interface Context {
  readonly world: World
  /** Each object once, in the order of the input. */
  readonly objects: readonly ManifestObject[]
  readonly population: Population
  /** Policies that the API server accepts, with their source objects. */
  readonly policies: readonly PolicyObject[]
  readonly services: readonly ServiceObject[]
  /** The pod templates of workloads, and pods without a workload in the input. */
  readonly templates: readonly Template[]
  templatesIn(namespace: string): readonly Template[]
  /** Problems that the API server would report as errors or warnings. */
  readonly problems: readonly Problem[]
  /** True if the objects are complete: an object that is not among them does not exist. */
  readonly live: boolean
  /**
   * Whether two objects can be in one cluster, and in one namespace if they name none. False if no kustomization renders both and only
   * kustomizations determine the namespace, or if the two are alternatives.
   */
  mayMeet(a: ManifestObject, b: ManifestObject): boolean
  /** Whether a cluster has only one of the two: kustomizations render them with the same resources, and never both. */
  areAlternatives(a: ManifestObject, b: ManifestObject): boolean
  /** Whether a selector of one object may match the pods of another as written. */
  maySelect(selecting: ManifestObject, selected: ManifestObject): boolean
  /** Returns the input's object with that kind, namespace and name. */
  objectOf(kind: string, namespace: string, name: string): ManifestObject | undefined
  /** Returns the object that created a pod. Undefined for the pods of the lab's own DNS. */
  workloadOf(pod: Pod): ManifestObject | undefined
  /** Returns custom resources of a namespace. Their operators may create pods and Services that are not in the input. */
  operatorsIn(namespace: string): readonly ManifestObject[]
}

export interface PolicyObject {
  readonly policy: NetworkPolicy
  readonly object: ManifestObject
}

export interface ServiceObject {
  readonly service: Service
  readonly object: ManifestObject
}

interface ContextInput extends Pick<Context, 'world' | 'problems' | 'live'> {
  readonly given: readonly ManifestObject[]
  readonly renderings: Renderings
}

/** Indexes the input. If an object occurs twice, only the last one counts. */
export function createContext({ given, world, problems, live, renderings }: ContextInput): Context {
  const objects = [...new Map(given.map((object) => [keyOf(object), object])).values()]
  const simulated = objects.filter(({ apiVersion, kind }) => treatmentOf(apiVersion, kind) === 'simulated')
  const byTitle = new Map(simulated.map((object) => [titleKey(object.kind, object.namespace, object.name), object]))
  const objectOf = (kind: string, namespace: string, name: string) => byTitle.get(titleKey(kind, namespace, name))
  const owners = ownershipOf(objects)
  const own = objects.filter((object) => owners.standIn(object) === undefined)
  const templates = own.flatMap((object) => templateOf(object) ?? [])
  const byNamespace = Map.groupBy(templates, ({ namespace }) => namespace)
  const probed = new Map(templates.map((template) => [template.object, probedPorts(template)]))
  const workloadOf = (pod: Pod) =>
    objectOf(pod.workload.kind, pod.namespace, pod.workload.name) ?? objectOf('Pod', pod.namespace, pod.name)
  const mayMeet = (a: ManifestObject, b: ManifestObject) => {
    const [one, other] = [a.place.file, b.place.file]
    if (!renderings.areApart(one, other)) return true
    return (
      [a, b].every((each) => each.namespace === '' || namesNamespace(each)) && !renderings.areAlternatives(one, other)
    )
  }
  const operators = Map.groupBy(objects.filter(mayMakePods), ({ namespace }) => namespace)
  return {
    world,
    objects,
    templates,
    problems,
    live,
    objectOf,
    workloadOf,
    mayMeet,
    areAlternatives: (a, b) => renderings.areAlternatives(a.place.file, b.place.file),
    maySelect: (selecting, selected) =>
      mayMeet(selecting, selected) && !renderings.narrows(selecting.place.file, selected.place.file),
    population: createPopulation(world, (pod) => {
      const object = workloadOf(pod)
      return object === undefined ? [] : (probed.get(object) ?? [])
    }),
    policies: world.policies.flatMap((policy) => {
      const object = objectOf('NetworkPolicy', policy.namespace, policy.name)
      return object === undefined ? [] : [{ policy, object }]
    }),
    services: world.services.flatMap((service) => {
      const object = objectOf('Service', service.namespace, service.name)
      return object === undefined ? [] : [{ service, object }]
    }),
    templatesIn: (namespace) => byNamespace.get(namespace) ?? [],
    operatorsIn: (namespace) => operators.get(namespace) ?? [],
  }
}

function titleKey(kind: string, namespace: string, name: string): string {
  return `${kind}/${namespace}/${name}`
}
