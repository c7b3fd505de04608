import { endpointsOf } from '../../fabric/endpoints.ts'
import type { World } from '../../fabric/world.ts'
import type { Query } from '../../policy/engine/query.ts'
import { type AddressAim, familyOf, type Socket, socketText } from '../plan/dial.ts'

/** One connection that the engine can judge: after destination translation, to an endpoint's own address and port. */
export interface Hop {
  /** `ns/pod (10.1.2.3:80)`. */
  readonly text: string
  readonly query: Omit<Query, 'from'>
}

/** What an address leads to as policies see it; a virtual address is judged by its endpoints, which are aims of their own. */
export function hopsOf(aim: AddressAim): readonly Hop[] {
  if (aim.kind === 'virtual') return []
  if (aim.kind === 'pod') return [hopTo(aim.socket, `${aim.pod.namespace}/${aim.pod.name} (${socketText(aim.socket)})`)]
  if (aim.kind === 'external') return [hopTo(aim.socket, socketText(aim.socket))]
  const via = { kind: 'nodePort', node: aim.node.name, port: aim.socket.port } as const
  return aim.endpoints.map((socket) => {
    const { text, query } = hopTo(socket, `${socketText(socket)} by node ${aim.node.name}`)
    return { text, query: { ...query, via } }
  })
}

/** The way to the cluster's DNS: any of its pods may answer. */
export function dnsHops(world: World, families: readonly number[]): readonly Hop[] {
  const service = world.services.find(({ namespace, name }) => namespace === 'kube-system' && name === 'kube-dns')
  const endpoints = service === undefined ? [] : endpointsOf(service, world)
  return endpoints
    .filter((each) => each.port === 53 && each.protocol === 'UDP' && each.ready && families.includes(each.family))
    .map(({ address, targetPort: port, protocol, pod }) => {
      const socket = { address, port, protocol, family: familyOf(address) }
      return hopTo(socket, `DNS ${pod === undefined ? '' : `${pod.namespace}/${pod.name} `}(${socketText(socket)}/UDP)`)
    })
}

function hopTo({ address, port, protocol, family }: Socket, text: string): Hop {
  return { text, query: { to: { kind: 'address', address }, port, protocol, family } }
}
