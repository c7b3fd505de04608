import { dnsServiceOf } from '../../fabric/cluster-dns.ts'
import { type Backend, backendsOf, endpointsOf } from '../../fabric/endpoints.ts'
import type { Pod, Service, World } from '../../fabric/world.ts'
import { type Address, parseAddress } from '../../policy/cidr.ts'

/** A port at an address that a name resolves to. `name` is the address's name, the target of SRV records. */
export interface Host {
  readonly name: string
  readonly address: Address
  /** Absent for a headless Service without ports. */
  readonly port?: { readonly number: number; readonly name: string; readonly protocol: string }
}

/** The contents of the cluster's zone, by name and by address. */
export interface Directory {
  readonly domain: string
  hasNamespace(name: string): boolean
  service(namespace: string, name: string): Service | undefined
  /** The cluster's DNS. */
  readonly dns: Service | undefined
  /** Ready endpoints of a Service, named by hostname, or by address with dashes. */
  endpoints(service: Service): readonly Host[]
  clusterHosts(service: Service): readonly Host[]
  podsAt(address: string): readonly Pod[]
  /** Names of a cluster address, or else of the endpoints at an address, for PTR records. */
  namesOf(address: string): readonly string[]
}

/** Indexes a world once. Endpoints are computed on demand. */
export function createDirectory(world: World): Directory {
  const { domain } = world
  const namespaces = new Set(world.namespaces.map(({ name }) => name))
  const services = new Map(world.services.map((service) => [`${service.namespace}/${service.name}`, service]))
  const nameOf = ({ namespace, name }: Service) => `${name}.${namespace}.svc.${domain}`
  const endpoints = once((service: Service) => readyHosts(service, world, nameOf(service)))
  const pods = once(() => groupByAddress(world.pods.flatMap((pod) => pod.addresses.map((at) => [at, pod] as const))))
  const clusterNames = once(() =>
    groupByAddress(world.services.flatMap((each) => each.clusterIPs.map((at) => [at, nameOf(each)] as const))),
  )
  const endpointNames = once(() =>
    groupByAddress(
      world.services.flatMap((each) => endpoints(each).map(({ address, name }) => [address.text, name] as const)),
    ),
  )
  return {
    domain,
    hasNamespace: (name) => namespaces.has(name),
    service: (namespace, name) => services.get(`${namespace}/${name}`),
    dns: dnsServiceOf(world),
    endpoints,
    clusterHosts: (service) =>
      service.ports.flatMap(({ name = '', port, protocol }) =>
        service.clusterIPs.map((address) => ({
          name: nameOf(service),
          address: addressOf(address),
          port: { number: port, name, protocol },
        })),
      ),
    podsAt: (address) => pods(world).get(address) ?? [],
    namesOf: (address) => [...new Set(clusterNames(world).get(address) ?? endpointNames(world).get(address) ?? [])],
  }
}

function readyHosts(service: Service, world: World, serviceName: string): readonly Host[] {
  const hostOf = (backend: Backend) => {
    const address = addressOf(backend.address)
    return { name: `${backend.hostname ?? address.text.replaceAll(/[.:]/g, '-')}.${serviceName}`, address }
  }
  if (service.ports.length === 0)
    return backendsOf(service, world)
      .filter(({ ready }) => ready)
      .map(hostOf)
  return endpointsOf(service, world)
    .filter(({ ready }) => ready)
    .map((endpoint) => ({
      ...hostOf(endpoint),
      port: { number: endpoint.targetPort, name: endpoint.portName ?? '', protocol: endpoint.protocol },
    }))
}

function addressOf(text: string): Address {
  const address = parseAddress(text)
  if (address === undefined) throw new Error(`not an IP address: ${JSON.stringify(text)}`)
  return address
}

function groupByAddress<T>(pairs: readonly (readonly [string, T])[]): ReadonlyMap<string, readonly T[]> {
  const grouped = Map.groupBy(pairs, ([address]) => addressOf(address).text)
  return new Map([...grouped].map(([address, group]) => [address, group.map(([, value]) => value)]))
}

function once<K extends object, V>(compute: (key: K) => V): (key: K) => V {
  const results = new Map<K, V>()
  return (key) => {
    const result = results.get(key) ?? compute(key)
    results.set(key, result)
    return result
  }
}
