import { canonicalAddress, type Family } from '../../policy/cidr.ts'

/** Kinds of values to assign. Each pool is separate and never assigns a value twice. */
export type Pool =
  | { readonly kind: 'pod'; readonly node: string; readonly family: Family }
  | { readonly kind: 'service'; readonly family: Family }
  | { readonly kind: 'node'; readonly family: Family }
  | { readonly kind: 'nodePort' }
  | { readonly kind: 'uid' }

/**
 * Assigns addresses, NodePorts and uids that stay with their owner across rebuilds of the world. A released value is
 * never assigned again, so a stale address stays stale. One allocator serves one run.
 */
export interface Allocator {
  /** Starts a build. These values are given by the input or reserved; an owner that has one of them gets another. */
  begin(given: Iterable<string>): void
  /** The owner's value from a pool; undefined if the pool is exhausted. */
  lease(owner: string, pool: Pool): string | undefined
  /** The node of a pod: its previous node, or else the next in rotation. */
  place(owner: string, nodes: readonly string[]): string
  /**
   * The address families in use: those given now and those of earlier builds, so that no pod of a run loses an address.
   */
  families(used: readonly Family[]): readonly Family[]
  /** Ends a build. Releases values of owners that were not used since `begin`. */
  finish(): void
}

/** The addresses of the API server and the DNS Service in a kubeadm cluster, and the gateway of the nodes' network. */
const conventional = ['10.96.0.1', '10.96.0.10', 'fd00:10:96::1', 'fd00:10:96::a', '172.18.0.1', 'fc00:18::1']

/** A new allocator. `reserved` addresses are never assigned. */
export function createAllocator(reserved: readonly string[] = []): Allocator {
  const leases = new Map<string, string>()
  const taken = new Set([...conventional, ...reserved].map((address) => canonicalAddress(address) ?? address))
  const next = new Map<string, number>()
  const valueAt = createPools()
  let given = new Set<string>()
  let asked = new Set<string>()
  let turn = 0
  let families: readonly Family[] = []

  const fresh = (pool: Pool): string | undefined => {
    const name = nameOf(pool)
    for (let index = next.get(name) ?? 0; ; index++) {
      const value = valueAt(pool, index)
      next.set(name, index + 1)
      if (value !== undefined && taken.has(value)) continue
      if (value !== undefined) taken.add(value)
      return value
    }
  }

  return {
    begin: (values) => {
      given = new Set(values)
      for (const value of given) taken.add(value)
      asked = new Set()
    },
    lease: (owner, pool) => {
      const key = `${nameOf(pool)} ${owner}`
      asked.add(key)
      const held = leases.get(key)
      const value = held === undefined || given.has(held) ? fresh(pool) : held
      if (value !== undefined) leases.set(key, value)
      return value
    },
    place: (owner, nodes) => {
      const key = `place ${owner}`
      asked.add(key)
      const held = leases.get(key)
      const node = held !== undefined && nodes.includes(held) ? held : nodes[turn++ % nodes.length]!
      leases.set(key, node)
      return node
    },
    families: (used) => {
      families = ([4, 6] as const).filter((family) => families.includes(family) || used.includes(family))
      return families
    },
    finish: () => {
      for (const key of leases.keys()) if (!asked.has(key)) leases.delete(key)
    },
  }
}

/** A pool as a key. Called several times per pod and change; JSON would take half of the time. */
function nameOf(pool: Pool): string {
  if (pool.kind === 'pod') return `pod ${pool.family} ${pool.node}`
  return 'family' in pool ? `${pool.kind} ${pool.family}` : pool.kind
}

const perBlock = 250
/** Nodes with lower numbers have the block 10.244.<number>.0/24. Higher blocks are for nodes that need another one. */
const firstSpareBlock = 200
const lastBlock = 12 * 256 - 1

function createPools(): (pool: Pool, index: number) => string | undefined {
  const nodes = new Map<string, number>()
  const blocks = new Map<string, number>()
  let spare = firstSpareBlock

  const blockOf = (node: string, ordinal: number): number => {
    if (!nodes.has(node)) nodes.set(node, nodes.size + 1)
    const number = nodes.get(node)!
    if (ordinal === 0 && number < firstSpareBlock) return number
    const key = `${node} ${ordinal}`
    if (!blocks.has(key)) blocks.set(key, spare++)
    return blocks.get(key)!
  }

  return (pool, index) => {
    const host = (index % perBlock) + 2
    const block = Math.floor(index / perBlock)
    switch (pool.kind) {
      case 'pod':
        return podAddress(pool.family, blockOf(pool.node, block), host)
      case 'service':
        return pool.family === 4 ? `10.96.${block + 1}.${host}` : `fd00:10:96::${(index + 256).toString(16)}`
      case 'node':
        return pool.family === 4 ? `172.18.${block}.${host}` : `fc00:18::${(index + 2).toString(16)}`
      case 'nodePort':
        return index > 2767 ? undefined : String(30_000 + index)
      case 'uid':
        return `crosscheck-${index + 1}`
      default:
        return pool satisfies never
    }
  }
}

function podAddress(family: Family, block: number, host: number): string | undefined {
  if (block > lastBlock) return undefined
  if (family === 4) return `10.${244 + (block >> 8)}.${block & 255}.${host}`
  return `fd00:10:244:${block.toString(16)}::${host.toString(16)}`
}
