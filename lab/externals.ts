import ipaddr from 'ipaddr.js'

/** A host outside the cluster for which the lab has a stand-in. */
export interface External {
  /** Its name in the lab's DNS, lower case. */
  readonly name?: string
  /** Absent until an address is assigned. */
  readonly address?: string
  /** 80 and 443 when absent. */
  readonly port?: number
}

/** A stand-in for a host outside the cluster. */
export interface StandInHost {
  readonly name?: string
  readonly address: string
  readonly ports: readonly number[]
  /** Whether the lab chose the address. */
  readonly chosen: boolean
}

/** Ports of a stand-in without a port. */
const usual = [80, 443]

/**
 * Assigns addresses to names without one, in order: from TEST-NET-2 (RFC 5737), then from the range for benchmarks (RFC
 * 2544).
 */
export function standInHosts(externals: readonly External[]): readonly StandInHost[] {
  const names = [...new Set(externals.flatMap(({ name, address }) => (address === undefined ? [name] : [])))]
  return externals.map(({ name, address, port }) => ({
    ...(name === undefined ? {} : { name }),
    address: address ?? chosenAddress(names.indexOf(name)),
    ports: port === undefined ? usual : [port],
    chosen: address === undefined,
  }))
}

function chosenAddress(index: number): string {
  return index < 254 ? `198.51.100.${index + 1}` : `198.18.${index >> 8}.${index % 256}`
}

const label = '[a-z0-9](?:[a-z0-9-]*[a-z0-9])?'
/** A name with at least one dot whose last label is not a number. */
const dottedName = new RegExp(`^(?:${label}\\.)+(?!\\d+$)${label}$`)

/**
 * Parses `ADDRESS`, `NAME` or `NAME=ADDRESS`, each with an optional `:PORT` (IPv6 then in brackets). Undefined for
 * other text.
 */
export function readExternal(text: string): External | undefined {
  const [first = '', second, ...more] = text.toLowerCase().split('=')
  const { host, port } = hostAndPort(second ?? first)
  const address = addressOf(host)
  const name = second === undefined ? (address === undefined ? host : undefined) : first
  if (more.length > 0 || (second !== undefined && address === undefined)) return undefined
  if (name !== undefined && !dottedName.test(name)) return undefined
  if (port !== undefined && (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535)) return undefined
  return {
    ...(name === undefined ? {} : { name }),
    ...(address === undefined ? {} : { address }),
    ...(port === undefined ? {} : { port: Number(port) }),
  }
}

function hostAndPort(text: string): { readonly host: string; readonly port?: string } {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(text)
  const parts = bracketed?.slice(1) ?? (text.split(':').length === 2 ? text.split(':') : [text])
  const [host = '', port] = parts
  return port === undefined ? { host } : { host, port }
}

function addressOf(text: string): string | undefined {
  return ipaddr.IPv4.isValidFourPartDecimal(text) || ipaddr.IPv6.isValid(text)
    ? ipaddr.parse(text).toString()
    : undefined
}
