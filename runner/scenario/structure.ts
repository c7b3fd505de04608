import { type Document, isNode, isScalar, visit } from 'yaml'
import type { Place, Problem } from '../../policy/types.ts'
import { keyText } from './nodes.ts'

/** Aliases that one document may have; each may stand for much. */
export const maxAliasCount = 1000

type PlaceAt = (offset: number) => Place

/** What plain data would swallow or choke on: keys given twice or that are no words, merge keys, aliases of nothing or too many. */
export function structureProblems(tree: Document, placeAt: PlaceAt): Problem[] {
  const problems: Problem[] = []
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
      const seen = new Map<string, unknown>()
      for (const { key } of map.items) {
        const name = keyText(key)
        const first = seen.get(name)
        if (isNode(key) && !isScalar(key)) report(key, 'a key is a word, not a list or mapping')
        else if (name === '<<') report(key, 'merge keys (<<) are not supported')
        else if (first) report(key, `"${name}" is given twice`, `first in line ${placeAt(begin(first)).line}`)
        else seen.set(name, key)
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
  return problems
}

function begin(node: unknown): number {
  return (isNode(node) ? node.range?.[0] : undefined) ?? 0
}
