import { dnsEndpointsOf, dnsPort, nodeLocalAddresses } from '../../fabric/cluster-dns.ts'
import { listeningPorts } from '../../fabric/listeners.ts'
import type { Pod, World } from '../../fabric/world.ts'
import { type Layout, outside, podKey } from '../layout.ts'
import type { LabSettings } from '../settings.ts'
import { standIns } from './external-hosts.ts'
import { faultOf, isBroken } from './faults.ts'
import type { ListenerSpec } from './listeners.ts'

/** The port of a transparent proxy in its pod. */
export const proxyPort = 15_001

/** Every listener of a world, with the configured faults. */
export function wantedListeners(world: World, layout: Layout, settings: LabSettings): readonly ListenerSpec[] {
  const dns = dnsPorts(world)
  return [
    ...world.pods.flatMap((pod) => ofPod(pod, { world, layout, settings, dns })),
    ...cacheListeners(world, layout),
    ...standIns(world, settings).flatMap(({ address, ports }) =>
      ports.map((port) => ({
        netns: outside.netns,
        name: 'outside',
        addresses: [address],
        manner: 'answer' as const,
        ...port,
      })),
    ),
  ]
}

/** The DNS cache of every node, on the node's network. */
function cacheListeners(world: World, layout: Layout): readonly ListenerSpec[] {
  const addresses = nodeLocalAddresses(world)
  if (addresses.length === 0) return []
  return [...layout.nodes.values()].flatMap(({ name, netns }) =>
    (['UDP', 'TCP'] as const).map((protocol) => ({
      netns,
      name: `DNS cache of ${name}`,
      addresses,
      port: dnsPort,
      protocol,
      manner: 'dns',
    })),
  )
}

/** Whether `cacheListeners` already listens for this pod. */
function isCache(pod: Pod, { nodeLocalDns }: World): boolean {
  const { namespace, hostNetwork, workload } = pod
  return hostNetwork && namespace === nodeLocalDns?.namespace && workload.name === nodeLocalDns.name
}

interface Surroundings {
  readonly world: World
  readonly layout: Layout
  readonly settings: LabSettings
  readonly dns: ReadonlySet<string>
}

function ofPod(pod: Pod, { world, layout, settings, dns }: Surroundings): readonly ListenerSpec[] {
  const name = podKey(pod)
  const netns = layout.pods.get(name)?.netns
  if (netns === undefined || isBroken('no-listener', name, settings)) return []
  const status = faultOf('http-status', name, settings)?.status
  const servers = listeningPorts(pod, world).flatMap(({ port, protocol }): ListenerSpec[] =>
    protocol === 'SCTP' || (port === dnsPort && isCache(pod, world))
      ? []
      : [
          {
            netns,
            name,
            protocol,
            port,
            addresses: bindings(name, settings),
            manner: dns.has(`${name} ${String(port)}/${protocol}`) ? 'dns' : 'answer',
            ...(status === undefined ? {} : { status }),
          },
        ],
  )
  const proxy: ListenerSpec = { netns, name, protocol: 'TCP', port: proxyPort, addresses: ['::'], manner: 'swallow' }
  return isBroken('proxy', name, settings) ? [...servers, proxy] : servers
}

/** The endpoints of port 53 of the cluster's DNS Service, as `namespace/pod port/protocol`. */
function dnsPorts(world: World): ReadonlySet<string> {
  return new Set(
    dnsEndpointsOf(world).flatMap(({ pod, targetPort, protocol }) =>
      pod === undefined ? [] : [`${podKey(pod)} ${String(targetPort)}/${protocol}`],
    ),
  )
}

function bindings(name: string, settings: LabSettings): readonly string[] {
  if (isBroken('bind-localhost', name, settings)) return ['127.0.0.1', '::1']
  return isBroken('ipv4-only', name, settings) ? ['0.0.0.0'] : ['::']
}
