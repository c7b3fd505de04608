import { dnsServiceOf } from '../../fabric/cluster-dns.ts'
import { lookUpHost } from '../../fabric/lookup/host-lookup.ts'
import { podsOfIdentity } from '../../fabric/workloads.ts'
import type { Pod, Workload, World } from '../../fabric/world.ts'
import type { ResolvedEnds } from './endpoints.ts'

/** The objects whose changes can affect a path. */
export interface RelatedObjects {
  /** Namespaces whose labels and policies matter. */
  readonly namespaces: readonly string[]
  readonly workloads: readonly (Workload & { readonly namespace: string })[]
  readonly services: readonly { readonly namespace: string; readonly name: string }[]
}

/** Both ends and the Service between them; for a name, the cluster's DNS as well. */
export function relatedObjects({ sources, target, destinations }: ResolvedEnds, world: World): RelatedObjects {
  const [{ namespace }] = sources
  const asking = sources.flatMap(({ identity }) => podsOfIdentity(identity, world))
  const named = 'host' in target ? lookUpHost(target.host, namespace, world) : undefined
  const reached = destinations.flatMap((destination) => (destination.kind === 'pod' ? [destination.pod] : []))
  const service = named?.kind === 'service' ? named.service : undefined
  const dns = asksDns(target) ? [dnsServiceOf(world)].filter((found) => found !== undefined) : []
  const spaces = [namespace, service?.namespace, ...[...asking, ...reached, ...dns].map((each) => each.namespace)]
  return {
    namespaces: [...new Set(spaces.filter((space) => space !== undefined))],
    workloads: workloadsOf([...asking, ...reached]),
    services: [...(service === undefined ? [] : [service]), ...dns.filter((each) => each !== service)].map(
      ({ namespace: space, name }) => ({ namespace: space, name }),
    ),
  }
}

function asksDns(target: ResolvedEnds['target']): boolean {
  return 'host' in target && !/^[\d.]+$|:/.test(target.host)
}

function workloadsOf(pods: readonly Pod[]): RelatedObjects['workloads'] {
  const all = pods.map(({ namespace, workload }) => ({ ...workload, namespace }))
  return [...new Map(all.map((each) => [JSON.stringify(each), each])).values()]
}
