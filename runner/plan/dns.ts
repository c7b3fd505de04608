import { dnsPort, dnsServiceOf } from '../../fabric/cluster-dns.ts'
import { lookUpHost } from '../../fabric/lookup/host-lookup.ts'
import type { World } from '../../fabric/world.ts'
import type { Target } from '../scenario/model.ts'
import { dnsCheck, serverCheck } from './checks.ts'
import { namedDestinations } from './destinations-of-target.ts'
import { type PathContext, patienceOf } from './path-context.ts'
import { type AddressDestination, familyOf } from './planned-check.ts'
import type { PlannedPath } from './planned-path.ts'
import { serviceDestinations } from './service-destinations.ts'

/** New queries to each server of a DNS path that must be blocked. */
const questions = 3

/** One query through the source's resolver. If DNS must be blocked, queries to each address of the name server. */
export function planDns(
  target: Extract<Target, { kind: 'dns' }>,
  task: PathContext,
): Pick<PlannedPath, 'application' | 'addresses' | 'targetDestinations'> {
  const { path, source, planCheck } = task
  if (path.expect.kind !== 'blocked') {
    const check = dnsCheck(target, patienceOf(task, 'allowed'))
    return {
      application: planCheck({
        source: source.key,
        destination: { kind: 'name', host: target.host },
        check,
        connections: 1,
      }),
      addresses: [],
      targetDestinations: { destinations: target.server === undefined ? [] : serversFor(target.server, task) },
    }
  }
  const wait = patienceOf(task, 'blocked')
  const destinations = serversFor(target.server, task)
  const addresses = destinations.map((destination) =>
    planCheck({
      source: source.key,
      destination,
      check: serverCheck(destination.socket, wait),
      connections: path.attempts ?? questions,
    }),
  )
  return { addresses, targetDestinations: { destinations } }
}

function serversFor(
  server: string | undefined,
  { options: { world, probes }, source }: PathContext,
): readonly AddressDestination[] {
  const own = probes.get(source.key)?.addresses.map(familyOf)
  return nameServers(server, world).filter(({ socket }) => own === undefined || own.includes(socket.family))
}

/** Addresses of the name server: the named one, else the cluster's DNS Service and its pods. */
export function nameServers(server: string | undefined, world: World): readonly AddressDestination[] {
  const port = { port: dnsPort, protocol: 'UDP' } as const
  if (server !== undefined)
    return namedDestinations(lookUpHost(server, undefined, world), { ...port, host: server, world }).destinations
  const service = dnsServiceOf(world)
  return service === undefined ? [] : serviceDestinations({ kind: 'service', service }, port, world).destinations
}
