import { isIP } from 'node:net'
import { isNodeLocal } from '../../fabric/cluster-dns.ts'
import { lookUpHost } from '../../fabric/lookup/host-lookup.ts'
import type { World } from '../../fabric/world.ts'
import { parseAddress } from '../../policy/cidr.ts'
import type { Scenario, ScenarioPath } from '../scenario/model.ts'
import { familyOf } from './planned-check.ts'
import { expandSource } from './sources.ts'

/**
 * External hosts and addresses of a scenario's paths, with their ports, in the format of `spec.lab.externals`. The lab runs a listener for each,
 * because without one no block can be shown. Names that belong to no Service or namespace are excluded: they are unknown hosts.
 */
export function standInsFor({ paths, steps, lab }: Pick<Scenario, 'paths' | 'steps' | 'lab'>, world: World): string[] {
  const all = [...paths, ...steps.flatMap((step) => step.paths)].flatMap((path) => externalsOf(path, world))
  return [...new Set(all)].filter((text) => !lab.externals.includes(text))
}

function externalsOf({ source, target }: ScenarioPath, world: World): string[] {
  if (target.kind === 'dns' || !('host' in target)) return []
  const spaces = new Set(expandSource(source, world, target).sources.map(({ namespace }) => namespace))
  return [...spaces].flatMap((namespace) => {
    const named = lookUpHost(target.host, namespace, world)
    if (
      named.kind !== 'external' ||
      isDeclared(named.host, world) ||
      isNear(named.host, world) ||
      isNodeLocal(named.host, world)
    )
      return []
    const host = isIP(named.host) !== 0 && familyOf(named.host) === 6 ? `[${named.host}]` : named.host
    return [`${host}:${target.port}`]
  })
}

/** Whether an address is in the same network as pods or Services. Such an address probably belonged to a pod or Service once. */
function isNear(host: string, { pods, services }: World): boolean {
  if (isIP(host) === 0) return false
  const own = [...pods.flatMap(({ addresses }) => addresses), ...services.flatMap(({ clusterIPs }) => clusterIPs)]
  return own.some((address) => networkOf(address) === networkOf(host))
}

/** The first 16 bits of an IPv4 address, or the first 48 bits of an IPv6 address. */
function networkOf(address: string): string {
  const bytes = parseAddress(address)?.bytes ?? []
  return bytes.slice(0, bytes.length === 4 ? 2 : 6).join('.')
}

/** A name with a declared address has its stand-ins at that address. */
function isDeclared(host: string, { externalHosts = [] }: World): boolean {
  return externalHosts.some(({ name, chosen }) => name === host && chosen !== true)
}
