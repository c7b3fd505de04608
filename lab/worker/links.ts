import { writeFileSync } from 'node:fs'
import { type NodeSite, outside, type PodSite, uplink } from '../layout.ts'
import { home, type Namespaces } from './namespaces.ts'
import {
  addAddress,
  addNeighbour,
  addPair,
  deleteLink,
  deleteRoute,
  farIndex,
  setLink,
  setRoute,
  withoutLinkLocal,
} from './route-requests.ts'
import { openRouteSocket, type Request, type RouteSocket } from './rtnetlink.ts'

/** The gateways of pods and nodes. No host has these addresses; static neighbor entries resolve them. */
const gateways = ['169.254.1.1', 'fe80::1'] as const
const loopback = 1

/**
 * The links of the lab, arranged as a star. Every node and the outside host connect to the lab's namespace, and every
 * pod to its node. Each host has its addresses as host routes, so there is no subnet, bridge or ARP.
 */
export interface Links {
  addHost(host: Pick<NodeSite, 'netns' | 'index'>, addresses: readonly string[]): void
  addPod(site: PodSite, node: NodeSite): void
  removePod(site: PodSite, node: NodeSite): void
  /** Routes addresses that no host has (of load balancers) to a host. */
  lead(addresses: readonly string[], host: Pick<NodeSite, 'index'>): void
  /** Adds addresses to a host that is up. */
  own(addresses: readonly string[], host: Pick<NodeSite, 'netns' | 'index'>): void
  /** Adds addresses that any host may have to its loopback. No traffic from other hosts is routed to them. */
  alias(addresses: readonly string[], host: Pick<NodeSite, 'netns'>): void
  /** Sets the node's end down. The pod keeps its routes, and its packets are lost. */
  unplug(site: PodSite, node: NodeSite): void
  /** Drops packets to these addresses between nodes. */
  swallow(addresses: readonly string[]): void
}

/** Starts with the `outside` host. Addresses of a family that the kernel lacks are skipped. */
export function openLinks(namespaces: Namespaces, families: { readonly ipv6: boolean }): Links {
  const usable = (addresses: readonly string[]) => addresses.filter((each) => families.ipv6 || !each.includes(':'))
  const ways = usable(gateways)
  const sockets = new Map<string, RouteSocket>()
  const socketOf = (netns: string): RouteSocket => {
    const socket = sockets.get(netns) ?? namespaces.enter(netns, openRouteSocket)
    sockets.set(netns, socket)
    return socket
  }
  const hub = socketOf(home)
  const setKernel = (netns: string, settings: readonly (readonly [string, string])[]) =>
    namespaces.enter(netns, () => {
      for (const [name, value] of settings)
        if (families.ipv6 || name.startsWith('ipv4')) writeFileSync(`/proc/sys/net/${name}`, value)
    })
  const v6Quiet = (index: number) => (families.ipv6 ? [withoutLinkLocal(index)] : [])
  const nearEnd = (index: number): Request[] => [...v6Quiet(index), setLink(index, 'up')]
  const toOwner = (addresses: readonly string[], index: number): Request[] =>
    addresses.flatMap((each) => [setRoute({ to: each, link: index }), addNeighbour(each, index)])
  const farEnd = (addresses: readonly string[]): Request[] => [
    setLink(loopback, 'up'),
    ...nearEnd(farIndex),
    ...addresses.map((each) => addAddress(each, farIndex)),
    ...ways.flatMap((via) => [
      addNeighbour(via, farIndex),
      setRoute({ to: via.includes(':') ? 6 : 4, via, link: farIndex }),
    ]),
  ]
  const pair = (name: string, index: number, netns: string) =>
    addPair({ name, index }, { name: uplink, namespace: namespaces.descriptor(netns) })

  const links: Links = {
    addHost({ netns, index }, addresses) {
      const own = usable(addresses)
      namespaces.add(netns)
      hub.send([pair(netns, index, netns), ...nearEnd(index), ...toOwner(own, index)])
      socketOf(netns).send(farEnd(own))
    },
    addPod(site, node) {
      const own = usable(site.addresses)
      namespaces.add(site.netns)
      const onNode = socketOf(node.netns)
      onNode.send([pair(site.netns, site.index, site.netns), ...nearEnd(site.index), ...toOwner(own, site.index)])
      hub.send(toOwner(own, node.index))
      const inPod = namespaces.enter(site.netns, openRouteSocket)
      inPod.send(farEnd(own))
      inPod.close()
    },
    removePod(site, node) {
      socketOf(node.netns).send([deleteLink(site.index)])
      hub.send(usable(site.addresses).map(deleteRoute))
      namespaces.remove(site.netns)
    },
    lead: (addresses, { index }) => hub.send(toOwner(usable(addresses), index)),
    own(addresses, { netns, index }) {
      links.lead(addresses, { index })
      socketOf(netns).send(usable(addresses).map((each) => addAddress(each, farIndex)))
    },
    alias: (addresses, { netns }) => socketOf(netns).send(usable(addresses).map((each) => addAddress(each, loopback))),
    unplug: (site, node) =>
      socketOf(node.netns).send([setLink(site.index, 'down'), ...usable(site.addresses).map((to) => setRoute({ to }))]),
    swallow: (addresses) => hub.send(usable(addresses).map((to) => setRoute({ to }))),
  }

  hub.send([setLink(loopback, 'up')])
  setKernel(home, router)
  links.addHost(outside, outside.addresses)
  setKernel(outside.netns, endHost)
  hub.send(
    ways.flatMap((via) => [
      addNeighbour(via, outside.index),
      setRoute({ to: via.includes(':') ? 6 : 4, via, link: outside.index }),
    ]),
  )
  return {
    ...links,
    addHost(host, addresses) {
      links.addHost(host, addresses)
      setKernel(host.netns, router)
    },
  }
}

/** Sysctls of a router: report every rejected packet, no reverse path filter. */
const router = [
  ['ipv4/ip_forward', '1'],
  ['ipv4/conf/all/rp_filter', '0'],
  ['ipv4/conf/default/rp_filter', '0'],
  ['ipv4/icmp_ratemask', '0'],
  ['ipv6/conf/all/forwarding', '1'],
  ['ipv6/icmp/ratemask', '0'],
  ['ipv6/icmp/ratelimit', '0'],
] as const

/**
 * A new namespace inherits forwarding from the machine. A host that forwards packets for other addresses would create
 * loops.
 */
const endHost = [
  ['ipv4/ip_forward', '0'],
  ['ipv6/conf/all/forwarding', '0'],
] as const
