import { dnsPort, dnsServiceOf } from '../../fabric/cluster-dns.ts'
import { namedBy } from '../../fabric/lookup/host-lookup.ts'
import type { World } from '../../fabric/world.ts'
import type { Target } from '../scenario/model.ts'
import { dnsCheck, serverCheck } from './checks.ts'
import { type AddressAim, familyOf } from './planned-check.ts'
import { namedAims } from './destinations-of-target.ts'
import { patienceOf, type Task } from './path-context.ts'
import type { PlannedPath } from './planned-path.ts'
import { serviceAims } from './service-destinations.ts'

/** New questions to each server of a path to DNS that must be blocked. */
const questions = 3

/** A question as the application's resolver asks it; where DNS must be blocked, one to each address of the nameserver. */
export function planQuestion(
  target: Extract<Target, { kind: 'dns' }>,
  task: Task,
): Pick<PlannedPath, 'application' | 'addresses' | 'destinations'> {
  const { path, source, dial } = task
  if (path.expect.kind !== 'blocked') {
    const check = dnsCheck(target, patienceOf(task, 'allowed'))
    return {
      application: dial({ source: source.key, aim: { kind: 'name', host: target.host }, check, connections: 1 }),
      addresses: [],
      destinations: { aims: target.server === undefined ? [] : serversFor(target.server, task) },
    }
  }
  const wait = patienceOf(task, 'blocked')
  const aims = serversFor(target.server, task)
  const addresses = aims.map((aim) =>
    dial({
      source: source.key,
      aim,
      check: serverCheck(aim.socket, wait),
      connections: path.attempts ?? questions,
    }),
  )
  return { addresses, destinations: { aims } }
}

function serversFor(server: string | undefined, { options: { world, probes }, source }: Task): readonly AddressAim[] {
  const own = probes.get(source.key)?.addresses.map(familyOf)
  return nameServers(server, world).filter(({ socket }) => own === undefined || own.includes(socket.family))
}

/** The nameserver's addresses: the asked one, else the cluster's DNS Service, and the pods behind it. */
export function nameServers(server: string | undefined, world: World): readonly AddressAim[] {
  const port = { port: dnsPort, protocol: 'UDP' } as const
  if (server !== undefined) return namedAims(namedBy(server, undefined, world), { ...port, host: server, world }).aims
  const service = dnsServiceOf(world)
  return service === undefined ? [] : serviceAims({ kind: 'service', service }, port, world).aims
}
