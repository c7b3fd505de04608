/** The tables of the lab on every node. Both are replaced as a whole. */
export const policyTable = 'crosscheck_policies'
export const serviceTable = 'crosscheck_services'

/** The mark by which the service table tells the policy table that a pod's packet goes back to the same pod. */
export const hairpinMark = 0x4_0000

/** A set, map or chain of a table. A large one is reopened in a later transaction to add its remaining items. */
export interface Block {
  readonly head: string
  readonly kind: 'elements' | 'rules'
  readonly properties: readonly string[]
  readonly items: readonly string[]
}

/** A named set. `type` is nftables' key type: `ipv4_addr`, `ipv4_addr . inet_proto . inet_service`. */
export function setBlock(name: string, type: string, elements: readonly string[], flags?: string): Block {
  const properties = [`type ${type}`, ...(flags === undefined ? [] : [`flags ${flags}`])]
  return { head: `set ${name}`, kind: 'elements', properties, items: elements }
}

/** A named map. Its elements have the form `key : value`. */
export function mapBlock(name: string, type: string, elements: readonly string[]): Block {
  return { head: `map ${name}`, kind: 'elements', properties: [`type ${type}`], items: elements }
}

/** A chain. `hook` makes it a base chain (`type filter hook forward priority filter`) with policy accept. */
export function chainBlock(name: string, rules: readonly string[], hook?: string): Block {
  const properties = hook === undefined ? [] : [`${hook}; policy accept;`]
  return { head: `chain ${name}`, kind: 'rules', properties, items: rules }
}

/** A block as text with all items. An empty list of elements is left out, because nft rejects it. */
export function blockText({ head, kind, properties, items }: Block): string {
  const lines = kind === 'elements' && items.length > 0 ? [`elements = {\n    ${items.join(',\n    ')}\n  }`] : items
  return ` ${head} {\n${[...properties, ...lines].map((line) => `  ${line}\n`).join('')} }\n`
}

/** A quoted string for nftables, whose grammar has no escapes. Replaces characters that could end it. */
export function quoted(text: string): string {
  return `"${text.replaceAll(/[^\x20-\x7e]|["\\]/g, '_')}"`
}
