import { type Backend, backendsOf, type Endpoint, endpointsOf } from '../../fabric/endpoints.ts'
import { listenerAt } from '../../fabric/listeners.ts'
import type { HostLookup } from '../../fabric/lookup/host-lookup.ts'
import type { Pod, Service, World } from '../../fabric/world.ts'
import { type AddressDestination, type Port, type Socket, socketAt } from './planned-check.ts'
import { noEndpoints, type TargetDestinations, type UnresolvedTarget } from './unresolved-target.ts'

type NamedService = Extract<HostLookup, { kind: 'service' }>

/**
 * The destinations of a Service: its addresses and every endpoint. For an external address only that address, because its traffic enters differently.
 */
export function serviceDestinations({ service, address }: NamedService, port: Port, world: World): TargetDestinations {
  if (service.headless) return headlessDestinations(service, port, world)
  const endpoints = endpointsOf(service, world).filter(
    (endpoint) => endpoint.protocol === port.protocol && endpoint.port === port.port,
  )
  const where = `${service.namespace}/${service.name}`
  if (!service.ports.some((each) => each.port === port.port && each.protocol === port.protocol)) {
    const known = service.ports.map((each) => `${each.port}/${each.protocol}`).join(', ')
    const sentence = `Service ${where} has no port ${port.port}/${port.protocol} (it has ${known || 'none'})`
    return {
      destinations: virtualDestinations(service, port, { endpoints: [], address }),
      unresolvedTarget: { cause: 'no_such_port', sentence },
    }
  }
  const sockets = endpoints.map((endpoint) => socketAt(endpoint.address, targetOf(endpoint)))
  const destinations = [
    ...virtualDestinations(service, port, { endpoints: sockets, address }),
    ...(address === undefined
      ? endpoints.map((endpoint) => endpointDestination(endpoint, targetOf(endpoint), { service, world }))
      : []),
  ]
  if (endpoints.some((endpoint) => endpoint.ready)) return { destinations }
  return { destinations, unresolvedTarget: noEndpoints(service, backendsOf(service, world), port) }
}

/** A headless Service is a name for its pods. Connections use the pod's port, regardless of the ports that the Service lists. */
function headlessDestinations(service: Service, port: Port, world: World): TargetDestinations {
  const backends = backendsOf(service, world)
  const destinations = backends.map((backend) => endpointDestination(backend, port, { service, world }))
  if (!backends.some(({ ready }) => ready))
    return { destinations, unresolvedTarget: noEndpoints(service, backends, port) }
  const listening = destinations.some(
    (destination) => destination.kind !== 'pod' || destination.behind?.listener !== 'none',
  )
  return listening ? { destinations } : { destinations, unresolvedTarget: notTranslated(service, backends, port) }
}

function notTranslated(
  { namespace, name, ports }: Service,
  backends: readonly Backend[],
  { port, protocol }: Port,
): UnresolvedTarget {
  const pods = [...new Set(backends.flatMap(({ pod }) => pod ?? []))]
  const translated = ports.some((each) => each.port === port && each.protocol === protocol)
  const head = translated ? `its port ${port} is not translated` : `${port}/${protocol} is a port of its pods`
  const [first, ...more] = pods.map((pod) => listensText(pod))
  const others = more.length === 0 ? '' : ` (${more.length} more pods do not listen on ${port} either)`
  const sentence = `Service ${namespace}/${name} is headless: ${head}, and ${first}${others}; use a port of the pod`
  return { cause: 'no_such_port', sentence, declared: true }
}

function listensText({ namespace, name, ports }: Pod): string {
  const known = ports.map(({ port, protocol }) => `${port}/${protocol}`).join(', ')
  return `${namespace}/${name} ${known === '' ? 'declares no port' : `listens on ${known}`}`
}

function targetOf({ targetPort: port, protocol }: Endpoint): Port {
  return { port, protocol }
}

interface Ways {
  readonly endpoints: readonly Socket[]
  readonly address: string | undefined
}

function virtualDestinations(service: Service, port: Port, { endpoints, address }: Ways): AddressDestination[] {
  const addresses = address === undefined ? service.clusterIPs : [address]
  return addresses.map((each) => {
    const own = socketAt(each, port)
    return { kind: 'virtual', service, socket: own, endpoints: endpoints.filter(({ family }) => family === own.family) }
  })
}

/** An endpoint with its pod, its Service, and whether a listener is assumed there. */
export function endpointDestination(
  { address, pod, ready }: Backend,
  port: Port,
  { service, world }: { readonly service: Service; readonly world: World },
): AddressDestination {
  const socket = socketAt(address, port)
  if (pod === undefined) return { kind: 'external', socket }
  return { kind: 'pod', pod, socket, ready, behind: { service, listener: listenerAt(pod, port, world) } }
}
