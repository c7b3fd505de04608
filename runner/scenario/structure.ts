import { type Document, isMap, isNode, isScalar, isSeq, type Pair, visit, type YAMLMap } from 'yaml'
import type { Place, Problem } from '../../policy/types.ts'
import { keyText } from './nodes.ts'

/** Maximum number of aliases in a document. Each may expand to much data. */
export const maxAliasCount = 1000

type PlaceAt = (offset: number) => Place

export interface Structure {
  /** Structure that plain data cannot represent: keys that are not strings, merge keys, unknown or too many aliases. */
  readonly problems: readonly Problem[]
  /** Duplicate keys, of which plain data would keep only one. */
  readonly duplicates: readonly Problem[]
}

/** Checks what plain data does not show. Merges the values of duplicate keys, so that the rest can be checked. */
export function fixStructure(tree: Document, placeAt: PlaceAt): Structure {
  const problems: Problem[] = []
  const twice: Twice[] = []
  const anchors = new Set<string>()
  let aliases = 0
  const report = (node: unknown, message: string, hint?: string) => {
    problems.push({ severity: 'error', message, place: placeAt(begin(node)), ...(hint !== undefined && { hint }) })
  }
  const anchor = (node: { readonly anchor?: string | undefined }) => {
    if (node.anchor !== undefined) anchors.add(node.anchor)
  }
  visit(tree, {
    Map: (_, map) => {
      anchor(map)
      const seen = new Map<string, Pair>()
      for (const pair of map.items) {
        const { key } = pair
        const name = keyText(key)
        const first = seen.get(name)
        if (isNode(key) && !isScalar(key)) report(key, 'a key is a word, not a list or mapping')
        else if (name === '<<') report(key, 'merge keys (<<) are not supported')
        else if (first) twice.push({ map, first, again: pair })
        else seen.set(name, pair)
      }
    },
    Seq: (_, seq) => anchor(seq),
    Scalar: (_, scalar) => anchor(scalar),
    Alias: (_, alias) => {
      aliases++
      if (aliases === maxAliasCount + 1) report(alias, `more than ${maxAliasCount} aliases`)
      if (!anchors.has(alias.source)) report(alias, `nothing is anchored as &${alias.source}`)
    },
  })
  const duplicates = twice.map(({ first, again }): Problem => {
    const hint = `first in line ${placeAt(begin(first.key)).line}`
    return {
      severity: 'error',
      message: `"${keyText(again.key)}" is given twice`,
      place: placeAt(begin(again.key)),
      hint,
    }
  })
  for (const one of twice.toReversed()) mergeInto(one)
  return { problems, duplicates }
}

interface Twice {
  readonly map: YAMLMap
  readonly first: Pair
  readonly again: Pair
}

/** Innermost first, so that a merged value contains no duplicate keys. */
function mergeInto({ map, first, again }: Twice): void {
  map.items.splice(map.items.indexOf(again), 1)
  const { value: into } = first
  const { value: from } = again
  if (isSeq(into) && isSeq(from)) into.items.push(...from.items)
  if (!isMap(into) || !isMap(from)) return
  const known = new Set(into.items.map(({ key }) => keyText(key)))
  into.items.push(...from.items.filter(({ key }) => !known.has(keyText(key))))
}

function begin(node: unknown): number {
  return (isNode(node) ? node.range?.[0] : undefined) ?? 0
}
