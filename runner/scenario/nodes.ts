import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type Node } from 'yaml'

export type Path = readonly PropertyKey[]

/** The node at a path, or the nearest enclosing node. Aliases are followed. */
export function findNode(tree: Document, path: Path): Node | undefined {
  let node: Node | undefined = tree.contents ?? undefined
  for (const step of path) {
    const next = child(follow(tree, node), step)
    if (next === undefined) return node
    node = next
  }
  return node
}

/** The node of the last key of a path; undefined if there is none. */
export function findKey(tree: Document, path: Path): Node | undefined {
  const parent = follow(tree, findNode(tree, path.slice(0, -1)))
  if (!isMap(parent)) return undefined
  const key: unknown = parent.items.find((pair) => keyText(pair.key) === String(path.at(-1)))?.key
  return isNode(key) ? key : undefined
}

function follow(tree: Document, node: Node | undefined): Node | undefined {
  return isAlias(node) ? node.resolve(tree) : node
}

function child(node: Node | undefined, step: PropertyKey): Node | undefined {
  const found: unknown = isSeq(node)
    ? node.items[Number(step)]
    : isMap(node)
      ? node.items.find((pair) => keyText(pair.key) === String(step))?.value
      : undefined
  return isNode(found) ? found : undefined
}

/** A scalar key as a property name. */
export function keyText(key: unknown): string {
  return String(isScalar(key) ? (key.value ?? '') : key)
}
