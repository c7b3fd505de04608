import { type Family, parseAddress } from '../cidr.ts'
import { suggest } from '../suggest.ts'
import type { Protocol } from '../types.ts'
import type { Compiled } from './compiled.ts'
import { locate } from './networks.ts'
import { givenPod, hostOf } from './population.ts'
import type { Query, QueryEnd, Way } from './query.ts'
import { type Actor, addressOf, type End, type HostActor } from './subjects.ts'

/** A query with both ends resolved in the world. */
export interface Path {
  readonly from: End
  readonly to: End
  readonly port: number
  readonly protocol: Protocol
  readonly via: Way | undefined
  /** The node through which packets enter, for a NodePort. */
  readonly entry: End | undefined
  /**
   * The address that the client connects to before translation: the node through which packets enter, or an external address of the
   * Service.
   */
  readonly front: End | undefined
}

/**
 * Why a query has no answer: an object does not exist (docs/semantics.md, rule 65), an end has no such address (rules 34, 59), or the
 * address is virtual (rule 56).
 */
export interface Unanswerable {
  readonly kind: 'unanswerable'
  readonly rule: 34 | 56 | 59 | 65
  readonly reason: string
}

type Refused = Unanswerable

/** Resolves both ends of a query. ICMP is mapped to TCP, because no rule is evaluated for it. */
export function pathOf(query: Query, compiled: Compiled): Path | Refused {
  const from = actorOf(query.from, compiled)
  if (from.kind === 'unanswerable') return from
  const loops = query.to.kind === 'address' && isLoopback(query.to.address)
  const to = loops ? from : actorOf(query.to, compiled)
  if (to.kind === 'unanswerable') return to
  const family =
    query.family ?? familyOf(loops ? query.from : query.to) ?? familyOf(query.from) ?? commonFamily(from, to)
  const source = endOf(from, query.from, { family, compiled })
  if ('kind' in source) return source
  const destination = endOf(to, loops ? query.from : query.to, { family, compiled })
  if ('kind' in destination) return destination
  const entry = entryOf(query.via, { family, compiled })
  if (entry !== undefined && 'kind' in entry) return entry
  const protocol = query.protocol === 'ICMP' ? 'TCP' : query.protocol
  const front = frontOf(query.via, compiled) ?? entry
  return { from: source, to: destination, port: query.port, protocol, via: query.via, entry, front }
}

function actorOf(queryEnd: QueryEnd, compiled: Compiled): Actor | Refused {
  switch (queryEnd.kind) {
    case 'pod': {
      const pod = compiled.pods.get(`${queryEnd.namespace}/${queryEnd.name}`)
      if (pod === undefined) return unknown(`pod ${queryEnd.namespace}/${queryEnd.name}`, compiled.pods.keys())
      return onHost(pod, compiled)
    }
    case 'given': {
      const pod = givenPod(queryEnd.pod, compiled.spaces, compiled)
      if (pod === undefined) return unknown(`namespace ${queryEnd.pod.namespace}`, compiled.spaces.keys())
      return onHost(pod, compiled)
    }
    case 'node':
      return compiled.nodes.get(queryEnd.name) ?? unknown(`node ${queryEnd.name}`, compiled.nodes.keys())
    case 'address':
      return ownerOf(queryEnd, compiled)
    default:
      return queryEnd satisfies never
  }
}

function onHost(pod: Extract<Actor, { kind: 'pod' }>, { nodes }: Compiled): Actor | Refused {
  return pod.pod.hostNetwork ? (hostOf(pod, nodes) ?? unknown(`node ${pod.pod.node}`, nodes.keys())) : pod
}

function ownerOf({ address, hostname }: Extract<QueryEnd, { kind: 'address' }>, compiled: Compiled): Actor | Refused {
  const located = locate(compiled.networks, address)
  if (located === undefined) return refuse(65, `${JSON.stringify(address)} is no IP address`)
  const owner = compiled.byAddress.get(located.text)
  if (owner !== undefined) return owner
  const service = compiled.world.services?.find(({ clusterIPs }) => clusterIPs.includes(located.text))
  if (service === undefined) return { kind: 'external', address: located, hostname }
  const name = `${service.namespace}/${service.name}`
  return refuse(56, `${located.text} is Service ${name}: policies see its endpoints, each on its own address and port`)
}

interface Where {
  readonly family: Family
  readonly compiled: Compiled
}

/** An actor at the queried address, or at its first address of the family. */
function endOf(actor: Actor, queryEnd: QueryEnd, { family, compiled }: Where): End | Refused {
  const asked = queryEnd.kind === 'address' ? locate(compiled.networks, queryEnd.address) : undefined
  const at = asked?.family === family ? asked : asked === undefined ? addressOf(actor, family) : undefined
  if (at !== undefined) return { actor, at }
  const bare = actor.kind !== 'external' && actor.addresses.length === 0
  if (bare) return refuse(59, `${nameOf(actor)} has no address yet: it can neither send nor receive`)
  return refuse(34, `${nameOf(actor)} has no IPv${family} address`)
}

function entryOf(via: Way | undefined, where: Where): End | Refused | undefined {
  if (via?.kind !== 'nodePort') return undefined
  const host: HostActor | undefined = where.compiled.nodes.get(via.node)
  if (host === undefined) return unknown(`node ${via.node}`, where.compiled.nodes.keys())
  return endOf(host, { kind: 'node', name: via.node }, where)
}

function frontOf(via: Way | undefined, { networks }: Compiled): End | undefined {
  const at = via?.kind === 'nodePort' && via.address !== undefined ? locate(networks, via.address) : undefined
  return at === undefined ? undefined : { actor: { kind: 'external', address: at, hostname: undefined }, at }
}

/** Returns the name of an actor for sentences. */
export function nameOf(actor: Actor): string {
  if (actor.kind === 'pod') return `${actor.pod.namespace}/${actor.pod.name}`
  if (actor.kind === 'external') return actor.hostname ?? actor.address.text
  return actor.pod === undefined ? `node ${actor.node.name}` : nameOf(actor.pod)
}

function familyOf(queryEnd: QueryEnd): Family | undefined {
  return queryEnd.kind === 'address' ? parseAddress(queryEnd.address)?.family : undefined
}

function commonFamily(from: Actor, to: Actor): Family {
  const both = (family: Family) => [from, to].every((actor) => addressOf(actor, family) !== undefined)
  return !both(4) && both(6) ? 6 : 4
}

function isLoopback(text: string): boolean {
  const address = parseAddress(text)
  return address !== undefined && (address.family === 4 ? address.bytes[0] === 127 : address.text === '::1')
}

function unknown(what: string, known: Iterable<string>): Refused {
  const [kind = '', name = ''] = what.split(' ')
  const near = suggest(name, known)
  return refuse(65, `there is no ${kind} ${name}${near === undefined ? '' : `; did you mean ${near}?`}`)
}

function refuse(rule: Refused['rule'], reason: string): Refused {
  return { kind: 'unanswerable', rule, reason }
}
