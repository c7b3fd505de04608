import { dirname } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { namesNamespace } from '../../fabric/manifests/default-namespace.ts'
import { groupOf } from '../../fabric/manifests/kinds.ts'
import type { ManifestObject } from '../../fabric/manifests/object.ts'

/**
 * Sets of files of which a cluster gets one: a base and what an overlay of it rendered, `dev.yaml` and `prod.yaml`. They are found by
 * objects that both hold; what has no like elsewhere is in every set. One set where all can be together.
 */
export function alternativesOf(
  objects: readonly ManifestObject[],
  found: ReadonlySet<string>,
): readonly ReadonlySet<string>[] {
  const inFolders = objects.filter(({ place }) => found.has(place.file))
  const byFile = Map.groupBy(inFolders, ({ place }) => place.file)
  const root = createNode()
  for (const file of byFile.keys()) insert(root, file)
  for (const [a, b] of pairsOf(inFolders, byFile)) separate(root, a, b)
  return setsOf(root).map((files) => new Set(files))
}

interface Shared {
  readonly files: readonly [string, string]
  /** Objects of one name, of which a cluster has one, that differ. */
  differ: number
  /** Those that are alike, or of which one names no namespace. */
  like: number
}

/** Files that are alternatives to each other. */
function pairsOf(
  objects: readonly ManifestObject[],
  byFile: ReadonlyMap<string, readonly ManifestObject[]>,
): (readonly [string, string])[] {
  const shared = new Map<string, Shared>()
  for (const group of Map.groupBy(
    objects.filter(({ kind }) => kind !== 'Namespace'),
    nameKey,
  ).values())
    for (const [index, one] of group.entries()) for (const other of group.slice(index + 1)) count(one, other, shared)
  return [...shared.values()].filter((pair) => areAlternatives(pair, byFile)).map(({ files }) => files)
}

function nameKey({ apiVersion, kind, name }: ManifestObject): string {
  return `${groupOf(apiVersion)}/${kind}/${name}`
}

function count(one: ManifestObject, other: ManifestObject, shared: Map<string, Shared>): void {
  const files = [one.place.file, other.place.file] as const
  if (files[0] === files[1]) return
  const isSame = one.namespace === other.namespace
  if (!isSame && namesNamespace(one) === namesNamespace(other)) return
  const key = files.toSorted().join('\n')
  const pair = shared.get(key) ?? { files, differ: 0, like: 0 }
  shared.set(key, pair)
  if (isSame && !isDeepStrictEqual(one.value, other.value)) pair.differ++
  else pair.like++
}

/** One object given twice in a folder is a mistake; a file that half repeats another is a version of it. */
function areAlternatives(
  { files: [a, b], differ, like }: Shared,
  byFile: ReadonlyMap<string, readonly ManifestObject[]>,
): boolean {
  const smaller = Math.min(byFile.get(a)?.length ?? 0, byFile.get(b)?.length ?? 0)
  if (differ + like >= Math.max(2, smaller / 2)) return true
  return dirname(a) !== dirname(b) && (differ > 0 || 2 * like >= smaller)
}

/** A folder or a file, with what is in it by name, and which of these are alternatives. */
interface Node {
  readonly below: Map<string, Node>
  readonly rivals: Map<string, Set<string>>
}

function createNode(): Node {
  return { below: new Map(), rivals: new Map() }
}

function insert(root: Node, file: string): void {
  let node = root
  for (const name of file.split('/')) {
    const next = node.below.get(name) ?? createNode()
    node.below.set(name, next)
    node = next
  }
}

/** Marks as alternatives what the two files are in, below the last folder that they share. */
function separate(root: Node, a: string, b: string): void {
  const [one, other] = [a.split('/'), b.split('/')]
  const depth = one.findIndex((name, index) => name !== other[index])
  const node = one.slice(0, depth).reduce((at, name) => at.below.get(name)!, root)
  const [first, second] = [one[depth]!, other[depth]!]
  node.rivals.set(first, (node.rivals.get(first) ?? new Set()).add(second))
  node.rivals.set(second, (node.rivals.get(second) ?? new Set()).add(first))
}

/** Few sets of files below a node, so that each file is in one and no two alternatives are together. */
function setsOf({ below, rivals }: Node, path?: string): string[][] {
  if (below.size === 0) return path === undefined ? [] : [[path]]
  const sets = new Map(
    [...below].map(([name, node]) => [name, setsOf(node, path === undefined ? name : `${path}/${name}`)]),
  )
  return peacefulGroups([...below.keys()], rivals).flatMap((names) => {
    const members = names.map((name) => sets.get(name)!)
    const most = Math.max(...members.map(({ length }) => length))
    return Array.from({ length: most }, (_, at) => members.flatMap((own) => own[at % own.length]!))
  })
}

/** Groups without rivals in them, such that each name is in one; who has no rival is in all. */
function peacefulGroups(names: readonly string[], rivals: Node['rivals']): string[][] {
  const groups: string[][] = []
  const placed = new Set<string>()
  for (const name of names) {
    if (placed.has(name) || !rivals.has(name)) continue
    const group: string[] = []
    for (const other of names) {
      if (group.some((member) => rivals.get(member)?.has(other))) continue
      if (other === name || !rivals.get(name)?.has(other)) group.push(other)
    }
    for (const member of group) placed.add(member)
    groups.push(group)
  }
  return groups.length === 0 ? [[...names]] : groups
}
