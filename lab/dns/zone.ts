import { isPublic } from '../../fabric/public-suffix.ts'
import type { World } from '../../fabric/world.ts'
import { parseAddress } from '../../policy/cidr.ts'
import { type Answer, absent, addressRecord, type Zone } from './answer.ts'
import { clusterZone } from './cluster-zone.ts'
import { createDirectory } from './directory.ts'
import { addressOfReverse, reverseZone } from './reverse-zone.ts'

export interface ZoneOptions {
  /** Stand-ins outside the cluster: name (lower case, without the final dot) → addresses. */
  readonly names?: ReadonlyMap<string, readonly string[]>
}

/**
 * The DNS of a world, as its CoreDNS would answer. There is no upstream: a name outside the cluster is a stand-in, or
 * SERVFAIL. A name that the public root does not delegate either (`api`, `api.old-namespace`) does not exist, so a
 * search list ends as in a real cluster.
 */
export function zoneOf(world: World, { names = new Map() }: ZoneOptions = {}): Zone {
  const directory = createDirectory(world)
  const beyond: Zone = (name, type) => {
    const addresses = names.get(name)
    if (addresses !== undefined) return standIn(name, type, addresses)
    return isPublic(name) && !directory.hasNamespace(lastLabel(name)) ? failed : { ...absent(''), authoritative: false }
  }
  const cluster = clusterZone(directory, beyond)
  const reverse = reverseZone(directory)
  return (asked, type) => {
    const name = asked.toLowerCase().replace(/\.$/, '')
    if (name === world.domain || name.endsWith(`.${world.domain}`)) return cluster(name, type)
    return addressOfReverse(name) === undefined ? beyond(name, type) : reverse(name, type)
  }
}

const failed: Answer = { rcode: 'SERVFAIL', authoritative: false, records: [], authority: [], additional: [] }

function standIn(name: string, type: string, addresses: readonly string[]): Answer {
  const records = addresses.flatMap((text) => {
    const address = parseAddress(text)
    return address === undefined ? [] : [addressRecord(name, address)]
  })
  return { ...failed, rcode: 'NOERROR', records: records.filter((record) => record.type === type) }
}

const lastLabel = (name: string): string => name.slice(name.lastIndexOf('.') + 1)
