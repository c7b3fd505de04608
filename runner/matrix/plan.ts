import type { Timing } from '../../fabric/fabric.ts'
import type { Pod, Service, World } from '../../fabric/world.ts'
import { transportCheck } from '../plan/checks.ts'
import { type PlannedCheck, type SourceKey, socketKey } from '../plan/planned-check.ts'
import type { PlannedSource } from '../plan/planned-source.ts'
import { type PlanCheckTo, type PlannedCell, socketBetween } from './question.ts'
import { type MatrixOptions, type Port, portsOf, selectPods } from './selection.ts'
import { planService } from './services.ts'
import { everyPod, workloadPlaces } from './sources.ts'

export interface MatrixPlan {
  readonly cells: readonly PlannedCell[]
  readonly sources: readonly PlannedSource[]
  /** Without duplicates, although cells may share them. */
  readonly plannedChecks: readonly PlannedCheck[]
}

export interface PlanOptions extends MatrixOptions {
  readonly timing: Timing
  /** The sources: every pod itself, or for each workload one probe like its pods, and one more for each place that differs; `pods` by default. */
  readonly matrixSources?: 'pods' | 'workloads'
}

/** Plans every selected pod to each port of every other pod, and with `services` to each Service port. A pod to itself is omitted. */
export function planMatrix(world: World, options: PlanOptions): MatrixPlan {
  const pods = selectPods(world, options)
  const services = options.services ? world.services.filter((service) => isWanted(service, pods, options)) : []
  const matrixSources = options.matrixSources === 'workloads' ? workloadPlaces(pods, services, world) : everyPod(pods)
  const plannedChecks = new Map<string, PlannedCheck>()
  const sources = new Map<SourceKey, PlannedSource>()
  const planCheckTo: PlanCheckTo = (from, destination) => {
    const asker = matrixSources.get(from)!
    const source = asker.key
    const key = `${source} ${socketKey(destination.socket)}`
    const known = plannedChecks.get(key)
    if (known !== undefined) return known
    const plannedCheck = {
      source,
      destination,
      check: transportCheck(destination.socket, options.timing.blocked, world),
      connections: 1,
    }
    plannedChecks.set(key, plannedCheck)
    sources.set(source, asker)
    return plannedCheck
  }
  const targets = pods.map((pod) => ({ pod, ports: portsOf(pod, world, options) }))
  const cells = [...matrixSources.keys()].flatMap((from) => [
    ...targets
      .filter(({ pod }) => pod !== from)
      .flatMap(({ pod, ports }) => ports.map((port) => podCell(from, pod, port))),
    ...services.flatMap((service) => planService(from, service, { world, planCheckTo, family: options.family })),
  ])
  return { cells, sources: [...sources.values()], plannedChecks: [...plannedChecks.values()] }

  function podCell(from: Pod, pod: Pod, { port, protocol }: Port): PlannedCell {
    const to = { kind: 'pod', pod } as const
    const socket = socketBetween(from, pod.addresses, { port, protocol, family: options.family })
    if ('observed' in socket) return { from, to, port, protocol, question: { kind: 'answered', finding: socket } }
    const plannedCheck = planCheckTo(from, { kind: 'pod', pod, ready: pod.ready, socket })
    return { from, to, port, protocol, question: { kind: 'pod', plannedCheck } }
  }
}

/**
 * Whether a Service is in the selected namespaces. Without selected namespaces: whether it comes from the input, its namespace has a selected pod, or
 * `everything` is set.
 */
function isWanted(service: Service, pods: readonly Pod[], { namespaces, everything }: MatrixOptions): boolean {
  if (service.type === 'ExternalName') return false
  if (namespaces.length > 0) return namespaces.includes(service.namespace)
  return everything || service.place !== undefined || pods.some(({ namespace }) => namespace === service.namespace)
}
