import ipaddr from 'ipaddr.js'
import type { Outcome } from '../../checks/outcome.ts'
import type { Vantage } from '../../checks/vantage.ts'
import type { World } from '../../fabric/world.ts'
import { type Layout, outside, podKey } from '../layout.ts'
import type { Source } from '../protocol.ts'
import type { Namespaces } from './namespaces.ts'
import { hostResolvConf, podHosts, podResolvConf } from './resolv-conf.ts'
import { connectSocket, openDatagram } from './sockets.ts'

/** A vantage inside the lab, and the addresses that its sockets must have. */
export interface Standpoint {
  readonly vantage: Vantage
  readonly addresses: readonly string[]
}

interface Surroundings {
  readonly world: World
  readonly layout: Layout
  readonly namespaces: Namespaces
}

/** The standpoint of a source. Throws if the lab has no such pod or node. */
export function standpoint(source: Source, { world, layout, namespaces }: Surroundings): Standpoint {
  const { netns, addresses, ...names } = placeOf(source, world, layout)
  return {
    addresses,
    vantage: {
      connect: (target) => namespaces.enter(netns, () => connectSocket(target)),
      datagram: (target) => namespaces.enter(netns, () => openDatagram(target)),
      ...names,
    },
  }
}

function placeOf(source: Source, world: World, layout: Layout) {
  const host = { resolvConf: () => hostResolvConf, hosts: () => new Map<string, readonly string[]>() }
  if (source.kind === 'outside') return { netns: outside.netns, addresses: outside.addresses, ...host }
  if (source.kind === 'node') {
    const node = world.nodes.find(({ name }) => name === source.node)
    const site = layout.nodes.get(source.node)
    if (node === undefined || site === undefined) throw new Error(`the lab has no node ${source.node}`)
    return { netns: site.netns, addresses: node.addresses, ...host }
  }
  const pod = world.pods.find((each) => podKey(each) === source.pod)
  const site = layout.pods.get(source.pod)
  if (pod === undefined || site === undefined) throw new Error(`the lab has no pod ${source.pod}`)
  const conf = podResolvConf(pod, world)
  const hosts = podHosts(pod, world.domain)
  return { netns: site.netns, addresses: pod.addresses, resolvConf: () => conf, hosts: () => hosts }
}

/** The outcome unchanged, or `not_run` if its socket was on a network that is not the source's. */
export function onlyFrom(addresses: readonly string[], outcome: Outcome): Outcome {
  const { localAddress } = outcome
  if (
    localAddress === undefined ||
    // The source has the destination address itself: the outside host and its stand-ins.
    localAddress === outcome.address ||
    addresses.includes(localAddress) ||
    addresses.some((own) => same(own, localAddress))
  )
    return outcome
  const local = ipaddr.process(localAddress)
  if (
    local.range() === 'loopback' &&
    outcome.address !== undefined &&
    ipaddr.process(outcome.address).range() === 'loopback'
  )
    return outcome
  return {
    ...outcome,
    reason: 'not_run',
    detail: `the socket had the address ${localAddress}, which is not the source's`,
  }
}

const same = (a: string, b: string): boolean =>
  a === b || ipaddr.process(a).toNormalizedString() === ipaddr.process(b).toNormalizedString()
