import { type Block, blockText } from './ruleset.ts'

/** Separates the transactions of a ruleset that is too large for one. */
const border = '# next transaction\n'

/**
 * A transaction is one netlink message. Without rights in the initial user namespace, nft cannot raise its socket's
 * buffer above net.core.wmem_default (212,992 bytes) and fails with "Message too long". Sizes are upper estimates in
 * bytes of netlink.
 */
const limit = 200_000
const blockSize = 300
const typeSizes: Readonly<Record<string, number>> = { ipv6_addr: 16, ifname: 16, verdict: 60 }

/**
 * The text of an inet table that replaces the existing table of that name. `hooks` (base chains) come last. If the
 * table needs several transactions, `closed` hooks are in force until then, so that half a ruleset never allows
 * traffic.
 */
export function replacingTable(
  name: string,
  {
    blocks,
    hooks,
    closed,
  }: { readonly blocks: readonly Block[]; readonly hooks: readonly Block[]; closed: readonly Block[] },
): string {
  const clear = `table inet ${name} {\n}\ndelete table inet ${name}\n`
  const whole = portions([...blocks, ...hooks])
  if (whole.length <= 1) return `${clear}${table(name, whole[0] ?? [])}`
  const reopened = closed.map(({ head }) => `flush ${head.replace(' ', ` inet ${name} `)}\n`).join('')
  return [
    `${clear}${table(name, closed)}`,
    ...portions(blocks).map((portion) => table(name, portion)),
    `${reopened}${table(name, hooks)}`,
  ].join(border)
}

/** The transactions of a ruleset, in order. Each is the input of one `nft -f -`. A small ruleset is one transaction. */
export function transactionsOf(ruleset: string): readonly string[] {
  return ruleset.split(border)
}

function table(name: string, blocks: readonly Block[]): string {
  return `table inet ${name} {\n${blocks.map(blockText).join('')}}\n`
}

/** Blocks in order, in portions below the limit. A block that is too large is split. */
function portions(blocks: readonly Block[]): readonly (readonly Block[])[] {
  const result: Block[][] = []
  let room = 0
  for (const block of blocks) {
    const size = itemSize(block)
    let rest = block.items
    do {
      if (room < blockSize + size) {
        result.push([])
        room = limit
      }
      const items = rest.slice(0, Math.floor((room - blockSize) / size))
      result.at(-1)!.push({ ...block, items })
      room -= blockSize + items.length * size
      rest = rest.slice(items.length)
    } while (rest.length > 0)
  }
  return result
}

/** Bytes of one item: a rule's expressions and comment, or an element's key and value (both ends of an interval). */
function itemSize({ kind, properties, items }: Block): number {
  if (kind === 'rules') return 500 + Math.max(0, ...items.map((item) => item.length))
  const types = (properties[0] ?? '').replace('type ', '').split(/ [.:] /)
  const key = types.reduce((sum, type) => sum + (typeSizes[type] ?? 4), 24)
  return properties.some((property) => property.includes('interval')) ? 2 * key : key
}
