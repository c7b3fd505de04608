import type { Manifest } from '../../fabric/fabric.ts'
import type { OraclePod } from '../policy/engine/oracle.ts'
import type { RandomWorld } from '../policy/engine/random-world.ts'

/** Ports that every pod listens on, so that what is silent is blocked. */
export const sockets = ([80, 81, 53] as const).flatMap((port) =>
  (['TCP', 'UDP'] as const).map((protocol) => ({ port, protocol })),
)

/** One of many random worlds in one cluster: its own namespaces, its own addresses, and selectors that mean no other's. */
export interface Joined {
  readonly objects: readonly Manifest[]
  readonly pods: readonly OraclePod[]
  readonly policies: readonly Manifest[]
  /** Labels of its namespaces. */
  readonly spaces: Readonly<Record<string, Record<string, string>>>
}

/** As many worlds as one cluster takes: each has four of the 256 networks 10.x.0.0/16, and those of Services are left out. */
export const mostWorlds = 50

/** The world as the one of this number in a cluster. */
export function joined({ labels, pods, policies }: RandomWorld, number: number): Joined {
  const label = { world: `w${number}` }
  const network = 4 * (number < 24 ? number : number + 1)
  const nameOf = (space: string) => `w${number}-${space}`
  const spaces = Object.fromEntries(
    Object.entries(labels).map(([space, own]) => {
      const name = nameOf(space)
      return [name, { ...own, ...label, 'kubernetes.io/metadata.name': name }]
    }),
  )
  const members = pods.map(
    (pod, at): OraclePod => ({
      ...{ namespace: nameOf(pod.namespace), name: `p${at}`, labels: pod.labels },
      ...{ address: `10.${network + (at % 2)}.0.${at}`, ports: pod.ports },
    }),
  )
  const scoped = policies.map(
    ({ namespace, spec }, at): Manifest => ({
      ...{ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' },
      metadata: { namespace: nameOf(namespace), name: `p${at}` },
      spec: scopedTo(spec, { label, network }) as Manifest,
    }),
  )
  const namespaces = Object.entries(spaces).map(
    ([name, own]): Manifest => ({
      ...{ apiVersion: 'v1', kind: 'Namespace' },
      metadata: { name, labels: own },
    }),
  )
  return { objects: [...namespaces, ...members.map(podOf), ...scoped], pods: members, policies: scoped, spaces }
}

function podOf({ namespace, name, labels, address, ports }: OraclePod, at: number): Manifest {
  const named = ports.map((port) => ({ name: port.name, containerPort: port.port, protocol: port.protocol }))
  const others = sockets
    .filter((socket) => !ports.some(({ port, protocol }) => port === socket.port && protocol === socket.protocol))
    .map(({ port, protocol }) => ({ containerPort: port, protocol }))
  // One container per port: the API server wants port names to be unique in a container.
  const containers = [...named, ...others].map((port, index) => ({ name: `c${index}`, image: 'x', ports: [port] }))
  return {
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name, labels } },
    spec: { nodeName: `n${at % 2}`, containers },
    status: { phase: 'Running', podIPs: [{ ip: address }] },
  }
}

interface Scope {
  readonly label: Readonly<Record<string, string>>
  readonly network: number
}

/** The same spec with every namespaceSelector bound to the world, and every address of 10.0 to 10.3 in the world's own networks. */
function scopedTo(value: unknown, scope: Scope): unknown {
  if (typeof value === 'string') return moved(value, scope.network)
  if (Array.isArray(value)) return value.map((item) => scopedTo(item, scope))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, own]): [string, unknown] => {
    if (key !== 'namespaceSelector' || own === null) return [key, scopedTo(own, scope)]
    const { matchLabels = {}, ...rest } = own as { readonly matchLabels?: Readonly<Record<string, string>> }
    return [key, { ...rest, matchLabels: { ...matchLabels, ...scope.label } }]
  })
  return Object.fromEntries(entries)
}

function moved(text: string, network: number): string {
  const [, second, rest] = /^10\.(\d+)(\..*\/(?:1[5-9]|[23]\d))$/.exec(text) ?? []
  return second === undefined ? text : `10.${network + Number(second)}${rest}`
}
