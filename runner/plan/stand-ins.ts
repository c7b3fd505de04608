import { isIP } from 'node:net'
import { isNodeLocal } from '../../fabric/cluster-dns.ts'
import { lookUpHost } from '../../fabric/lookup/host-lookup.ts'
import type { World } from '../../fabric/world.ts'
import { parseAddress } from '../../policy/cidr.ts'
import type { Scenario, ScenarioPath } from '../scenario/model.ts'
import { familyOf } from './planned-check.ts'
import { expandSource } from './sources.ts'

/**
 * Hosts and addresses outside the cluster to which the paths of a scenario lead, with their ports, written as `spec.lab.externals` are: the lab needs
 * somebody there who answers, or no block could be shown. Names without a Service or namespace are none: they are unknown hosts.
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

/** An address beside those of pods and Services is one that somebody had there. */
function isNear(host: string, { pods, services }: World): boolean {
  if (isIP(host) === 0) return false
  const own = [...pods.flatMap(({ addresses }) => addresses), ...services.flatMap(({ clusterIPs }) => clusterIPs)]
  return own.some((address) => networkOf(address) === networkOf(host))
}

/** The first 16 bits of an IPv4 address, 48 of an IPv6 address. */
function networkOf(address: string): string {
  const bytes = parseAddress(address)?.bytes ?? []
  return bytes.slice(0, bytes.length === 4 ? 2 : 6).join('.')
}

/** A name whose address is given has its stand-ins there. */
function isDeclared(host: string, { externalHosts = [] }: World): boolean {
  return externalHosts.some(({ name, chosen }) => name === host && chosen !== true)
}
