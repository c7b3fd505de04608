import { dirname } from 'node:path'
import type { Kustomization } from './kustomizations.ts'

/** Which files the kustomizations of folders render together. */
export interface Renderings {
  /** Whether both files are rendered, but not together by any kustomization. */
  areApart(a: string, b: string): boolean
  /**
   * Whether both are apart, and rendered with the same resources for the same namespace. A cluster has one object of a
   * name, so it has one of the two. Components do not count, because they are meant to be shared.
   */
  areAlternatives(a: string, b: string): boolean
  /** Whether a kustomization adds labels to the selectors of one file, and renders the other without them. */
  narrows(selecting: string, selected: string): boolean
  /** Whether a kustomization that renders the file may add what its objects lack. */
  completes(file: string): boolean
  /** The namespaces that the outermost kustomizations set for objects in a file without one. */
  namespacesOf(file: string): readonly string[]
}

/** Determines which kustomization renders which files, directly or through others. Cycles end. */
export function createRenderings(kustomizations: readonly Kustomization[]): Renderings {
  const byFolder = new Map(kustomizations.map((each) => [dirname(each.file), each]))
  const filesOf = remembering((each: Kustomization) => walk(each, byFolder, []))
  const basesOf = remembering((each: Kustomization) => walk(each, byFolder, [], false))
  const byFile = new Map<string, Set<Kustomization>>()
  for (const each of kustomizations) {
    for (const file of filesOf(each)) byFile.set(file, (byFile.get(file) ?? new Set()).add(each))
  }
  const namespaces = namespacesIn(kustomizations, byFolder)
  const renderersOf = (file: string) => byFile.get(file) ?? new Set<Kustomization>()
  const areApart = (a: string, b: string) => {
    const [ofA, ofB] = [renderersOf(a), renderersOf(b)]
    return a !== b && ofA.size > 0 && ofB.size > 0 && !meet(ofA, ofB)
  }
  const shareResources = (a: Kustomization, b: Kustomization) =>
    (a.namespace === undefined || b.namespace === undefined || a.namespace === b.namespace) &&
    meet(basesOf(a), basesOf(b))
  return {
    areApart,
    areAlternatives: (a, b) =>
      areApart(a, b) && [...renderersOf(a)].some((one) => [...renderersOf(b)].some((two) => shareResources(one, two))),
    narrows: (selecting, selected) =>
      [...renderersOf(selecting)].some((each) => each.labelsSelectors && !filesOf(each).has(selected)),
    completes: (file) => [...renderersOf(file)].some(({ completes }) => completes),
    namespacesOf: (file) => [...(namespaces.get(file) ?? [])],
  }
}

/** The files below a kustomization. */
function walk(
  each: Kustomization,
  byFolder: ReadonlyMap<string, Kustomization>,
  above: readonly Kustomization[],
  withComponents = true,
): ReadonlySet<string> {
  const paths = withComponents ? [...each.resources, ...each.components] : each.resources
  return new Set(
    paths.flatMap((path) => {
      const below = byFolder.get(path)
      if (below === undefined) return [path]
      return above.includes(below) || below === each ? [] : [...walk(below, byFolder, [...above, each], withComponents)]
    }),
  )
}

/** By file. For nested kustomizations the namespace of the outer one counts. */
function namespacesIn(
  kustomizations: readonly Kustomization[],
  byFolder: ReadonlyMap<string, Kustomization>,
): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>()
  const visit = (each: Kustomization, outer: string | undefined, above: readonly Kustomization[]) => {
    const namespace = outer ?? each.namespace
    for (const path of [...each.resources, ...each.components]) {
      const below = byFolder.get(path)
      if (below !== undefined && !above.includes(below)) visit(below, namespace, [...above, below])
      else if (below === undefined && namespace !== undefined)
        found.set(path, (found.get(path) ?? new Set()).add(namespace))
    }
  }
  const inner = new Set(kustomizations.flatMap((each) => [...each.resources, ...each.components]))
  for (const each of kustomizations) if (!inner.has(dirname(each.file))) visit(each, undefined, [each])
  return found
}

function meet<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): boolean {
  return [...a].some((each) => b.has(each))
}

function remembering<K extends object, V>(find: (key: K) => V): (key: K) => V {
  const known = new WeakMap<K, V>()
  return (key) => {
    const found = known.get(key) ?? find(key)
    known.set(key, found)
    return found
  }
}
