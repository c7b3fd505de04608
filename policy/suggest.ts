import { isPlatformNamespace } from './platform-namespaces.ts'

/**
 * Returns the candidate most likely to be the intended word: fewest edits, then closest length, then first alphabetically. Undefined if all
 * are too different. For `namespace/kind/name` and similar, each part is compared with its counterpart.
 */
export function suggest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > 100) return undefined
  let best: { candidate: string; distance: number } | undefined
  for (const candidate of candidates) {
    const distance = slipDistance(word.toLowerCase(), candidate.toLowerCase())
    if (distance === undefined) continue
    if (best === undefined || isBetter({ candidate, distance }, best, word)) best = { candidate, distance }
  }
  return best?.candidate
}

/** Returns "did you mean …?" for a mistyped word, or undefined if no candidate is close. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const found = suggest(word, candidates)
  return found === undefined ? undefined : `did you mean ${found}?`
}

/** Does the same for a namespace. A platform namespace that is missing here is not a typo of an existing one. */
export function didYouMeanNamespace(word: string, candidates: Iterable<string>): string | undefined {
  return isPlatformNamespace(word) ? undefined : didYouMean(word, candidates)
}

/** The edit distance between two words, or between their parts. Undefined if too large for a typo. */
function slipDistance(word: string, candidate: string): number | undefined {
  const [parts, others] = [word.split(/[/ ]/), candidate.split(/[/ ]/)]
  if (parts.length === 1 || parts.length !== others.length) return distanceOf(word, candidate)
  const distances = parts.map((part, index) => distanceOf(part, others[index]!))
  const known = distances.filter((distance) => distance !== undefined)
  return known.length < distances.length ? undefined : known.reduce((sum, distance) => sum + distance, 0)
}

function distanceOf(word: string, candidate: string): number | undefined {
  if (word === candidate) return 0
  const limit = editLimit(Math.max(word.length, candidate.length))
  if (Math.abs(candidate.length - word.length) > limit || isNumbered(word, candidate)) return undefined
  const distance = editDistance(word, candidate)
  return distance > limit ? undefined : distance
}

/** The maximum number of edits of a typo. In a short word, each edit produces a different word. */
function editLimit(length: number): number {
  if (length < 2) return 0
  return length < 8 ? 1 : length < 16 ? 2 : 3
}

/**
 * Whether two words belong to one series (`team-a` and `team-b`, `kafka-0` and `kafka-10`, `web` and `web2`). Neither is a typo of the
 * other.
 */
function isNumbered(a: string, b: string): boolean {
  if (a.replaceAll(/\d/g, '') === b.replaceAll(/\d/g, '')) return true
  const [first, second] = [a, b].map((word) => word.split(/(?<=[^a-z0-9])|(?=[^a-z0-9])|(?<=\D)(?=\d)|(?<=\d)(?=\D)/))
  if (first === undefined || second?.length !== first.length) return false
  const differing = first.flatMap((part, index) => (part === second[index] ? [] : [[part, second[index]!] as const]))
  return first.length > 1 && differing.every(([one, other]) => isMember.test(one) && isMember.test(other))
}

const isMember = /^(?:\d+|[a-z])$/

function isBetter(
  one: { readonly candidate: string; readonly distance: number },
  other: { readonly candidate: string; readonly distance: number },
  word: string,
): boolean {
  if (one.distance !== other.distance) return one.distance < other.distance
  const [near, far] = [one, other].map(({ candidate }) => Math.abs(candidate.length - word.length))
  return near === far ? one.candidate < other.candidate : near! < far!
}

/** Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours cost 1 each. */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1]
      let cost = Math.min(previous[column]! + 1, current[column - 1]! + 1, previous[column - 1]! + (same ? 0 : 1))
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      if (swapped) cost = Math.min(cost, beforePrevious[column - 2]! + 1)
      current.push(cost)
    }
    beforePrevious = previous
    previous = current
  }
  return previous[b.length]!
}
