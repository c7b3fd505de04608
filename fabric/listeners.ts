import type { Protocol } from '../policy/types.ts'
import { candidateServices, leadingTo, podsIn, remembered, samePort, selects, targetPortsIn } from './endpoints.ts'
import { ownedLabel } from './owned.ts'
import type { ContainerPort, Pod, Service, World } from './world.ts'

/**
 * Whether a pod has a listener on a port. `declared`: a container declares the port. `assumed`: it is a target port of
 * a Service, and no pod of the Service declares it. `none`: neither.
 */
export type Listener = 'declared' | 'assumed' | 'none'

interface Port {
  readonly port: number
  readonly protocol: Protocol
}

type Known = Pick<World, 'services' | 'pods'>

/** The listener on this port of a pod. */
export function listenerAt(pod: Pod, at: Port, world: Known): Listener {
  if (pod.ports.some((own) => isSame(own, at))) return 'declared'
  return listeningPorts(pod, world).some((own) => isSame(own, at)) ? 'assumed' : 'none'
}

/** The ports on which a pod has a declared or assumed listener, each once. The list may be shared with other pods. */
export function listeningPorts(pod: Pod, world: Known): readonly ContainerPort[] {
  const services = candidateServices(pod, world.services)
  // A Service without a selector refers to addresses, which differ for each pod.
  if (isOwned(pod) || services.some(({ selector }) => selector === undefined))
    return portsOf(pod, leadingTo(pod, services), world)
  const byServices = remembered(byKind[isTask(pod) ? 'task' : 'server'], world.pods, () => new WeakMap())
  const byLabels = remembered(byServices, services, () => new WeakMap())
  const byPorts = remembered(byLabels, pod.labels, () => new WeakMap())
  return remembered(byPorts, pod.ports, () => portsOf(pod, leadingTo(pod, services), world))
}

type ByPods = WeakMap<
  readonly Pod[],
  WeakMap<readonly Service[], WeakMap<Pod['labels'], WeakMap<Pod['ports'], readonly ContainerPort[]>>>
>

/** Listening ports of pods that share namespace, labels and ports. */
const byKind: Readonly<Record<'task' | 'server', ByPods>> = { task: new WeakMap(), server: new WeakMap() }

function portsOf(pod: Pod, services: readonly Service[], world: Known): readonly ContainerPort[] {
  const targets = services.flatMap((service) =>
    service.selector === undefined ? manualTargets(service, pod) : selectedTargets(service, pod, world),
  )
  const unique = new Map<string, ContainerPort>()
  for (const port of [...pod.ports, ...targets]) {
    const key = `${port.port}/${port.protocol}`
    if (!unique.has(key)) unique.set(key, port)
  }
  return [...unique.values()]
}

function manualTargets(service: Service, pod: Pod): ContainerPort[] {
  return service.manualEndpoints
    .filter(({ addresses }) => addresses.some((address) => pod.addresses.includes(address)))
    .flatMap(({ ports }) => ports.filter((own) => service.ports.some((port) => samePort(own, port))))
    .map(({ port, protocol }) => ({ port, protocol }))
}

function selectedTargets(service: Service, pod: Pod, world: Known): ContainerPort[] {
  return service.ports
    .flatMap((port) => targetPortsIn(pod, port).map((target) => ({ port: target, protocol: port.protocol })))
    .filter((target) => pod.ports.some((own) => isSame(own, target)) || isAssumed(service, target, { pod, world }))
}

/**
 * Many manifests declare no ports, so a Service's target port is assumed to have a listener if no pod of the Service
 * declares it. If some pods declare it, only those have a listener. A Job's pods run to completion, so they have none
 * if the Service also selects other pods.
 */
function isAssumed(service: Service, target: Port, { pod, world }: { readonly pod: Pod; readonly world: Known }) {
  if (isOwned(pod)) return true
  const selected = podsIn(world.pods, service.namespace).filter((each) => !isOwned(each) && selects(service, each))
  if (selected.some(({ ports }) => ports.some((own) => isSame(own, target)))) return false
  return !isTask(pod) || selected.every(isTask)
}

function isTask({ workload: { kind } }: Pod): boolean {
  return kind === 'Job' || kind === 'CronJob'
}

function isOwned({ labels }: Pod): boolean {
  return labels[ownedLabel] === 'true'
}

function isSame(a: Port, b: Port): boolean {
  return a.port === b.port && a.protocol === b.protocol
}
