import { dirname } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { namesNamespace } from '../fabric/manifests/default-namespace.ts'
import { groupOf, treatmentOf } from '../fabric/manifests/kinds.ts'
import type { ManifestObject } from '../fabric/manifests/object.ts'

export interface Alternatives {
  /** Sets of files, of which a cluster gets exactly one. One set if all files can be deployed together. */
  readonly sets: readonly ReadonlySet<string>[]
  /**
   * Policies that another file of the same folder defines with different content, although the two files are not versions of each other.
   */
  readonly clashes: readonly Clash[]
}

export interface Clash {
  readonly object: ManifestObject
  readonly first: ManifestObject
}

/**
 * Finds files of folders that contain versions of the same objects: a base and the rendered output of its overlay, `dev.yaml` and
 * `prod.yaml`. Detection uses objects that both files contain. A file without a counterpart is in every set.
 */
export function alternativesOf(objects: readonly ManifestObject[], found: ReadonlySet<string>): Alternatives {
  const inFolders = objects.filter(({ place }) => found.has(place.file))
  const byFile = Map.groupBy(inFolders, ({ place }) => place.file)
  const root = createNode()
  for (const file of byFile.keys()) insert(root, file)
  const pairs = pairsOf(inFolders, byFile)
  for (const { files } of pairs) separate(root, ...files)
  const clashes = pairs.flatMap((pair) => (areVersions(pair, byFile) ? [] : pair.clashes))
  return { sets: setsOf(root).map((files) => new Set(files)), clashes }
}

/** How many objects of the same name two files share. A cluster has only one of each. */
interface Shared {
  readonly files: readonly [string, string]
  /** The number with different content, and the number with the same content. */
  differ: number
  alike: number
  /** One of them names no namespace, as in a base before an overlay sets it. */
  unplaced: number
  /** Policies with different content. */
  readonly clashes: Clash[]
}

/** Returns the pairs of files that are alternatives to each other. */
function pairsOf(objects: readonly ManifestObject[], byFile: ReadonlyMap<string, readonly ManifestObject[]>): Shared[] {
  const shared = new Map<string, Shared>()
  const named = objects.filter(({ kind }) => kind !== 'Namespace')
  for (const group of Map.groupBy(named, nameKey).values())
    for (const [index, one] of group.entries()) for (const other of group.slice(index + 1)) count(one, other, shared)
  return [...shared.values()].filter((pair) => {
    const { differ, alike, unplaced } = pair
    return differ + alike > 0 || unplaced >= half(pair, byFile)
  })
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
  const pair = shared.get(key) ?? { files, differ: 0, alike: 0, unplaced: 0, clashes: [] }
  shared.set(key, pair)
  if (!isSame) pair.unplaced++
  else if (!isDeepStrictEqual(one.value, other.value)) {
    pair.differ++
    if (/NetworkPolicy$/.test(one.kind)) pair.clashes.push({ object: other, first: one })
  } else if (treatmentOf(one.apiVersion, one.kind) !== 'irrelevant') pair.alike++
}

/** Half the number of objects of the smaller file. */
function half({ files }: Shared, byFile: ReadonlyMap<string, readonly ManifestObject[]>): number {
  return Math.min(...files.map((file) => byFile.get(file)?.length ?? 0)) / 2
}

/**
 * A policy that two files of one folder define may be a mistake. If half of a file repeats another one, or they are in different folders,
 * they are versions.
 */
function areVersions(pair: Shared, byFile: ReadonlyMap<string, readonly ManifestObject[]>): boolean {
  const [a, b] = pair.files
  return dirname(a) !== dirname(b) || pair.differ + pair.alike >= Math.max(2, half(pair, byFile))
}

/** A folder or a file with its children by name, and the children that are alternatives to each other. */
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

/** Marks the ancestors of two files as alternatives, directly below their deepest common folder. */
function separate(root: Node, a: string, b: string): void {
  const [one, other] = [a.split('/'), b.split('/')]
  const depth = one.findIndex((name, index) => name !== other[index])
  const node = one.slice(0, depth).reduce((at, name) => at.below.get(name)!, root)
  const [first, second] = [one[depth]!, other[depth]!]
  node.rivals.set(first, (node.rivals.get(first) ?? new Set()).add(second))
  node.rivals.set(second, (node.rivals.get(second) ?? new Set()).add(first))
}

/** Returns few sets of the files below a node, such that each file is in a set and no set contains two alternatives. */
function setsOf({ below, rivals }: Node, path?: string): string[][] {
  if (below.size === 0) return path === undefined ? [] : [[path]]
  const sets = new Map(
    [...below].map(([name, node]) => [name, setsOf(node, path === undefined ? name : `${path}/${name}`)]),
  )
  const groups = peacefulGroups([...rivals.keys()], rivals)
  const choices = groups.flatMap((names) => inTurn(names.map((name) => sets.get(name)!)))
  const free = [...sets].filter(([name]) => !rivals.has(name)).map(([, own]) => own)
  return inTurn(choices.length === 0 ? free : [choices, ...free])
}

/** Combines one item of each list. The result is as long as the longest list; shorter lists repeat. */
function inTurn(lists: readonly (readonly string[][])[]): string[][] {
  const most = Math.max(...lists.map(({ length }) => length))
  return Array.from({ length: most }, (_, at) => lists.flatMap((own) => own[at % own.length]!))
}

/** Returns groups without alternatives in them, such that each name is in at least one. */
function peacefulGroups(names: readonly string[], rivals: Node['rivals']): string[][] {
  const groups: string[][] = []
  const placed = new Set<string>()
  for (const name of names) {
    if (placed.has(name)) continue
    const group = [name]
    for (const other of names) {
      const isPeaceful = other !== name && !group.some((member) => rivals.get(member)?.has(other))
      if (isPeaceful) group.push(other)
    }
    for (const member of group) placed.add(member)
    groups.push(group)
  }
  return groups
}
