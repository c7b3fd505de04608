import { type Endpoint, endpointsOf } from '../../fabric/endpoints.ts'
import type { Pod, Service, World } from '../../fabric/world.ts'
import { undeclaredOf } from '../plan/listeners.ts'
import type { Socket } from '../plan/planned-check.ts'
import { familyOf } from '../plan/planned-check.ts'
import { endpointDestination } from '../plan/service-destinations.ts'
import { type Finding, unknownFinding } from './cell.ts'
import { type PlanCheckTo, type PlannedCell, type Question, socketBetween } from './question.ts'
import type { MatrixOptions, Port } from './selection.ts'

interface ServiceOptions extends Pick<MatrixOptions, 'family'> {
  readonly world: World
  readonly planCheckTo: PlanCheckTo
}

/** One cell per port of a Service: checks its virtual address and each ready endpoint, because one connection tests only one endpoint. */
export function planService(from: Pod, service: Service, options: ServiceOptions): PlannedCell[] {
  const all = endpointsOf(service, options.world)
  const ports = service.headless ? headlessPorts(all) : service.ports
  return ports.flatMap(({ port, protocol }) => {
    const mine = all.filter(
      (each) => each.protocol === protocol && (service.headless ? each.targetPort : each.port) === port,
    )
    const question = questionOf(from, service, { ...options, port, protocol, endpoints: mine })
    return question === undefined ? [] : [{ from, to: { kind: 'service', service } as const, port, protocol, question }]
  })
}

/** Connections to a headless Service use the ports of its pods. */
function headlessPorts(endpoints: readonly Endpoint[]): Port[] {
  const ports = endpoints.map(({ targetPort, protocol }) => ({ port: targetPort, protocol }))
  return [...new Map(ports.map((port) => [`${port.port}/${port.protocol}`, port])).values()]
}

interface PortOptions extends ServiceOptions, Port {
  readonly endpoints: readonly Endpoint[]
}

/** Undefined if the Service leads only back to the source: the result is left to the implementation (docs/semantics.md#rule-54). */
function questionOf(from: Pod, service: Service, options: PortOptions): Question | undefined {
  const { planCheckTo, endpoints, world } = options
  const destinationOf = (each: Endpoint) =>
    endpointDestination(each, { port: each.targetPort, protocol: each.protocol }, { service, world })
  const ready = endpoints.filter((each) => each.ready)
  const near = service.internalTrafficPolicy === 'Local' && !service.headless
  const reachable = near ? ready.filter(({ node }) => node === from.node) : ready
  if (reachable.length === 0) return answered(noEndpoints(service, { endpoints, ready, node: from.node }))
  const first = socketBetween(
    from,
    service.headless ? reachable.map(({ address }) => address) : service.clusterIPs,
    options,
  )
  if ('observed' in first) return answered(first)
  const others = reachable.filter((each) => each.pod !== from && each.family === first.family)
  if (others.length === 0) return undefined
  const sockets = others.map((each) => socketOf(each))
  const plannedChecks = others.map((each) => planCheckTo(from, destinationOf(each)))
  const undeclared = undeclaredOf(reachable.map(destinationOf), undefined)
  // If the source is an endpoint, a connection to the virtual address may lead back to it.
  if (service.headless || reachable.some(({ pod }) => pod === from))
    return { kind: 'service', endpoints: plannedChecks, undeclared }
  const virtual = planCheckTo(from, { kind: 'virtual', service, socket: first, endpoints: sockets })
  return { kind: 'service', virtual, endpoints: plannedChecks, undeclared }
}

function answered(finding: Finding): Question {
  return { kind: 'answered', finding }
}

interface Missing {
  readonly endpoints: readonly Endpoint[]
  readonly ready: readonly Endpoint[]
  readonly node: string
}

function noEndpoints({ namespace, name }: Service, { endpoints, ready, node }: Missing): Finding {
  if (ready.length > 0)
    return unknownFinding(
      'service',
      `internalTrafficPolicy: Local, and ${namespace}/${name} has no ready endpoint on ${node}`,
    )
  const asleep = endpoints.length > 0 ? ` (${endpoints.length} not ready)` : ''
  return unknownFinding('no_endpoints', `Service ${namespace}/${name} has no ready endpoints${asleep}`)
}

function socketOf({ address, targetPort, protocol }: Endpoint): Socket {
  return { address, port: targetPort, protocol, family: familyOf(address) }
}
