import { type Endpoint, endpointsOf } from '../../fabric/endpoints.ts'
import type { Service, World } from '../../fabric/world.ts'
import { type AddressAim, type Port, type Socket, socketAt } from './dial.ts'
import { type Aims, noEndpoints } from './gap.ts'
import type { Named } from './names.ts'

type NamedService = Extract<Named, { kind: 'service' }>

/** What a Service stands for: its own addresses and every endpoint; by an external address that one alone, whose way in is another. */
export function serviceAims({ service, address }: NamedService, { port, protocol }: Port, world: World): Aims {
  const all = endpointsOf(service, world)
  const endpoints = all.filter((endpoint) => endpoint.protocol === protocol && dialledPort(endpoint, service) === port)
  const where = `${service.namespace}/${service.name}`
  if (!service.headless && !service.ports.some((each) => each.port === port && each.protocol === protocol)) {
    const known = service.ports.map((each) => `${each.port}/${each.protocol}`).join(', ')
    const sentence = `Service ${where} has no port ${port}/${protocol} (it has ${known || 'none'})`
    return {
      aims: virtualAims(service, { port, protocol }, { endpoints: [], address }),
      gap: { cause: 'no_such_port', sentence },
    }
  }
  const sockets = endpoints.map((endpoint) => socketAt(endpoint.address, { port: endpoint.targetPort, protocol }))
  const aims = [
    ...virtualAims(service, { port, protocol }, { endpoints: sockets, address }),
    ...(address === undefined ? endpoints.map((endpoint) => endpointAim(endpoint)) : []),
  ]
  if (endpoints.some((endpoint) => endpoint.ready)) return { aims }
  const pods = endpoints.map(({ pod }) => pod)
  return { aims, gap: noEndpoints(service, pods) }
}

/** Behind a headless Service the port that is dialled is the pod's own. */
function dialledPort(endpoint: Endpoint, service: Service): number {
  return service.headless ? endpoint.targetPort : endpoint.port
}

interface Ways {
  readonly endpoints: readonly Socket[]
  readonly address: string | undefined
}

function virtualAims(service: Service, port: Port, { endpoints, address }: Ways): AddressAim[] {
  const addresses = address === undefined ? service.clusterIPs : [address]
  return addresses.map((each) => {
    const own = socketAt(each, port)
    return { kind: 'virtual', service, socket: own, endpoints: endpoints.filter(({ family }) => family === own.family) }
  })
}

function endpointAim(endpoint: Endpoint): AddressAim {
  const own = socketAt(endpoint.address, { port: endpoint.targetPort, protocol: endpoint.protocol })
  if (endpoint.pod === undefined) return { kind: 'external', socket: own }
  return { kind: 'pod', pod: endpoint.pod, socket: own, ready: endpoint.ready }
}
