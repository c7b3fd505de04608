import ipaddr from 'ipaddr.js'
import type { Request } from './rtnetlink.ts'
import { linux } from './syscalls.ts'

const type = { newLink: 16, deleteLink: 17, newAddress: 20, newRoute: 24, deleteRoute: 25, newNeighbour: 28 }
const create = { create: 0x400, exclusive: 0x200, replace: 0x100 }
const IFF_UP = 1

/** One hardware address for all links. Neighbors are permanent entries, so no link resolves addresses. */
const hardware = Buffer.from([0x02, 0, 0, 0, 0, 0x01])

/**
 * A veth pair: one end in the socket's namespace, the other in the namespace of a descriptor. We choose the indexes.
 */
export function addPair(near: { name: string; index: number }, far: { name: string; namespace: number }): Request {
  const peer = Buffer.concat([
    linkHeader(farIndex, 0),
    attribute(3, text(far.name)),
    attribute(1, hardware),
    attribute(28, u32(far.namespace)),
  ])
  const info = Buffer.concat([attribute(1, text('veth')), attribute(2, attribute(1, peer))])
  const body = [linkHeader(near.index, 0), attribute(3, text(near.name)), attribute(1, hardware), attribute(18, info)]
  return request(`add link ${near.name}`, type.newLink, body, create.create | create.exclusive)
}

/** The index of the far end of every pair, the only link but `lo` in its namespace. */
export const farIndex = 2

/** Prevents IPv6 from assigning a link-local address, and the traffic of duplicate address detection. */
export function withoutLinkLocal(index: number): Request {
  const mode = attribute(26, attribute(linux.AF_INET6, attribute(8, Buffer.from([1]))))
  return request(`addrgenmode of link ${String(index)}`, type.newLink, [linkHeader(index, 0), mode], 0)
}

/** Sets a link up or down. */
export function setLink(index: number, state: 'up' | 'down'): Request {
  return request(
    `link ${String(index)} ${state}`,
    type.newLink,
    [linkHeader(index, state === 'up' ? IFF_UP : 0, IFF_UP)],
    0,
  )
}

export function deleteLink(index: number): Request {
  return request(`delete link ${String(index)}`, type.deleteLink, [linkHeader(index, 0)], 0)
}

/** Adds a host address to a link, usable immediately (no duplicate address detection). */
export function addAddress(address: string, index: number): Request {
  const { family, bytes } = parse(address)
  const IFA_F_NODAD = 2
  const head = Buffer.from([family, bytes.length * 8, family === linux.AF_INET6 ? IFA_F_NODAD : 0, 0, 0, 0, 0, 0])
  head.writeUInt32LE(index, 4)
  return request(
    `add address ${address}`,
    type.newAddress,
    [head, attribute(2, bytes), attribute(1, bytes)],
    create.create,
  )
}

/**
 * A permanent neighbor entry. Permanent entries do not count against the kernel's limit of 1,024 for all namespaces.
 */
export function addNeighbour(address: string, index: number): Request {
  const { family, bytes } = parse(address)
  const NUD_PERMANENT = 0x80
  const head = Buffer.alloc(12)
  head.writeUInt8(family, 0)
  head.writeInt32LE(index, 4)
  head.writeUInt16LE(NUD_PERMANENT, 8)
  const body = [head, attribute(1, bytes), attribute(2, hardware)]
  return request(`add neighbour ${address}`, type.newNeighbour, body, create.create | create.replace)
}

export interface Route {
  /** An address (as a host route), or the `default` route of a family. */
  readonly to: string | 4 | 6
  readonly via?: string
  /** Index of the link; absent for a blackhole route. */
  readonly link?: number
}

/** Adds or replaces a route. Without a link, packets to it are dropped. */
export function setRoute(route: Route): Request {
  return request(`route to ${describe(route.to)}`, type.newRoute, routeBody(route), create.create | create.replace)
}

/** Deletes any route to an address. */
export function deleteRoute(address: string): Request {
  const body = routeBody({ to: address })
  body[0]!.writeUInt8(0, 5)
  body[0]!.writeUInt8(routing.anyScope, 6)
  body[0]!.writeUInt8(0, 7)
  return request(`delete route to ${address}`, type.deleteRoute, body, 0)
}

const describe = (to: Route['to']): string => (typeof to === 'string' ? to : `anywhere (IPv${String(to)})`)

function routeBody({ to, via, link }: Route): Buffer[] {
  const target =
    typeof to === 'string' ? parse(to) : { family: to === 4 ? linux.AF_INET : linux.AF_INET6, bytes: undefined }
  const head = Buffer.alloc(12)
  head.writeUInt8(target.family, 0)
  head.writeUInt8((target.bytes?.length ?? 0) * 8, 1)
  head.writeUInt8(routing.mainTable, 4)
  head.writeUInt8(routing.byAdministrator, 5)
  head.writeUInt8(via === undefined && link !== undefined ? routing.linkScope : 0, 6)
  head.writeUInt8(link === undefined ? routing.blackhole : routing.unicast, 7)
  head.writeUInt32LE(via === undefined ? 0 : routing.onLink, 8)
  const body: Buffer[] = [head]
  if (target.bytes !== undefined) body.push(attribute(1, target.bytes))
  if (via !== undefined) body.push(attribute(5, parse(via).bytes))
  if (link !== undefined) body.push(attribute(4, u32(link)))
  return body
}

const routing = {
  mainTable: 254,
  byAdministrator: 4,
  linkScope: 253,
  anyScope: 255,
  unicast: 1,
  blackhole: 6,
  onLink: 4,
}

function request(what: string, kind: number, body: readonly Buffer[], flags: number): Request {
  return { what, type: kind, flags, body: Buffer.concat(body) }
}

function linkHeader(index: number, flags: number, change = 0): Buffer {
  const head = Buffer.alloc(16)
  head.writeInt32LE(index, 4)
  head.writeUInt32LE(flags, 8)
  head.writeUInt32LE(change, 12)
  return head
}

/** A netlink attribute, padded to four bytes. */
function attribute(kind: number, value: Buffer): Buffer {
  const length = 4 + value.length
  const whole = Buffer.alloc((length + 3) & ~3)
  whole.writeUInt16LE(length, 0)
  whole.writeUInt16LE(kind, 2)
  value.copy(whole, 4)
  return whole
}

const text = (value: string): Buffer => Buffer.from(`${value}\0`)

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function parse(address: string): { family: number; bytes: Buffer } {
  const parsed = ipaddr.parse(address)
  return {
    family: parsed.kind() === 'ipv4' ? linux.AF_INET : linux.AF_INET6,
    bytes: Buffer.from(parsed.toByteArray()),
  }
}
