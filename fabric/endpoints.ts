import { canonicalAddress, type Family, familyOf } from '../policy/cidr.ts'
import { matchesSelector } from '../policy/selector.ts'
import type { Protocol } from '../policy/types.ts'
import type { Pod, Service, ServicePort, World } from './world.ts'

/** One address behind a Service, for any port. A headless name resolves to these. */
export interface Backend {
  readonly address: string
  readonly family: Family
  readonly pod?: Pod
  readonly node?: string
  /** Whether traffic and DNS may use it: the pod is ready, or the Service publishes addresses that are not ready. */
  readonly ready: boolean
  /** Its name in a headless Service. */
  readonly hostname?: string
}

/** An endpoint of one port of a Service. */
export interface Endpoint extends Backend {
  /** `namespace/name`. */
  readonly service: string
  readonly portName?: string
  readonly port: number
  readonly protocol: Protocol
  readonly targetPort: number
}

/**
 * Every port and address of a Service. Endpoints that are not ready are included and marked. A pod without a named port
 * has no endpoint for it.
 */
export function endpointsOf(service: Service, world: World): Endpoint[] {
  return service.ports.flatMap((port) => {
    const head = {
      service: `${service.namespace}/${service.name}`,
      port: port.port,
      protocol: port.protocol,
      ...(port.name === undefined ? {} : { portName: port.name }),
    }
    return sourcesOf(service, world).flatMap(({ backend, portsFor }) =>
      portsFor(port).map((targetPort) => ({ ...head, ...backend, targetPort })),
    )
  })
}

/** Every address of a Service once, including those of a headless Service without ports. */
export function backendsOf(service: Service, world: World): Backend[] {
  return sourcesOf(service, world).map(({ backend }) => backend)
}

/** The Services that select a pod or have one of its addresses as a manual endpoint. */
export function servicesOf(pod: Pod, world: Pick<World, 'services'>): Service[] {
  return leadingTo(pod, candidateServices(pod, world.services))
}

/** The given Services that have the pod as an endpoint. */
export function leadingTo(pod: Pod, services: readonly Service[]): Service[] {
  return services.filter((service) => {
    if (service.selector !== undefined) return selects(service, pod)
    return service.manualEndpoints.some(({ addresses }) => addresses.some((address) => pod.addresses.includes(address)))
  })
}

interface Source {
  readonly backend: Backend
  portsFor(port: ServicePort): number[]
}

function sourcesOf(service: Service, world: World): Source[] {
  if (service.type === 'ExternalName') return []
  return (service.selector === undefined ? manualSources(service, world) : podSources(service, world)).filter(
    ({ backend }) => service.ipFamilies.includes(backend.family),
  )
}

function podSources(service: Service, world: World): Source[] {
  return podsIn(world.pods, service.namespace)
    .filter((pod) => selects(service, pod))
    .flatMap((pod) => {
      const named = pod.hostname !== undefined && pod.subdomain === service.name ? { hostname: pod.hostname } : {}
      const ready = pod.ready || service.publishNotReadyAddresses
      return pod.addresses.map((address) => ({
        backend: { address, family: familyOf(address) ?? 4, pod, node: pod.node, ready, ...named },
        portsFor: (port: ServicePort) => targetPortsIn(pod, port),
      }))
    })
}

function manualSources(service: Service, world: World): Source[] {
  return service.manualEndpoints.flatMap(({ addresses, ready, hostname, ports }) =>
    addresses.map((given) => {
      const address = canonicalAddress(given) ?? given
      const pod = world.pods.find((candidate) => !candidate.hostNetwork && candidate.addresses.includes(address))
      const node = pod?.node ?? world.nodes.find((candidate) => candidate.addresses.includes(address))?.name
      const found = { ...(pod === undefined ? {} : { pod }), ...(node === undefined ? {} : { node }) }
      return {
        backend: {
          address,
          family: familyOf(address) ?? 4,
          ready: ready || service.publishNotReadyAddresses,
          ...found,
          ...(hostname === undefined ? {} : { hostname }),
        },
        portsFor: (port: ServicePort) => ports.filter((own) => samePort(own, port)).map((own) => own.port),
      }
    }),
  )
}

/** Endpoints belong to the Service's port of the same name, as in kube-proxy. */
export function samePort(own: { readonly name?: string; readonly protocol: Protocol }, port: ServicePort): boolean {
  return (own.name ?? '') === (port.name ?? '') && own.protocol === port.protocol
}

/**
 * A named target port is resolved in the pod by name and protocol. The first of several containers wins, as in the
 * endpoints controller.
 */
export function targetPortsIn(pod: Pod, { targetPort, protocol }: ServicePort): number[] {
  if (typeof targetPort === 'number') return [targetPort]
  return pod.ports
    .filter((own) => own.name === targetPort && own.protocol === protocol)
    .map((own) => own.port)
    .slice(0, 1)
}

const nowhere: readonly Service[] = []

/**
 * Services that may have a pod as an endpoint, in the world's order: those of its namespace, and those without a
 * selector.
 */
export function candidateServices({ namespace }: Pod, services: readonly Service[]): readonly Service[] {
  const known = remembered(bySpace, services, () => {
    const numbered = services.map((service, at) => ({ service, at }))
    const groups = Map.groupBy(numbered, ({ service }) => (service.selector === undefined ? '' : service.namespace))
    const anywhere = groups.get('') ?? []
    const merged = [...groups].map(([name, own]) => {
      const all = name === '' ? own : [...own, ...anywhere].toSorted((a, b) => a.at - b.at)
      return [name, all.map(({ service }) => service)] as const
    })
    return new Map(merged)
  })
  return known.get(namespace) ?? known.get('') ?? nowhere
}

/** The pods of a namespace. The list must never change in place. */
export function podsIn(pods: readonly Pod[], namespace: string): readonly Pod[] {
  return remembered(podsBySpace, pods, () => Map.groupBy(pods, (pod) => pod.namespace)).get(namespace) ?? []
}

/** Worlds never change in place, so each list is grouped by namespace once. */
const bySpace = new WeakMap<readonly Service[], ReadonlyMap<string, readonly Service[]>>()
const podsBySpace = new WeakMap<readonly Pod[], ReadonlyMap<string, readonly Pod[]>>()

export function remembered<K extends object, V>(known: WeakMap<K, V>, key: K, make: () => V): V {
  const found = known.get(key) ?? make()
  known.set(key, found)
  return found
}

export function selects({ namespace, selector }: Service, pod: Pod): boolean {
  return selector !== undefined && namespace === pod.namespace && matchesSelector({ matchLabels: selector }, pod.labels)
}
