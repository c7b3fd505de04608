import { isPlatformNamespace } from './platform-namespaces.ts'

/**
 * The candidate that a word is most likely a slip of: the fewest edits, then the closest in length, then the first by alphabet; none when all are too
 * far. Of `namespace/kind/name` and the like each part is compared with its own.
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

/** The sentence "did you mean …?" for a mistyped word, or none when nothing is near. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const found = suggest(word, candidates)
  return found === undefined ? undefined : `did you mean ${found}?`
}

/** The same for a namespace: one that platforms bring with them and that is not here is not a slip of another that is. */
export function didYouMeanNamespace(word: string, candidates: Iterable<string>): string | undefined {
  return isPlatformNamespace(word) ? undefined : didYouMean(word, candidates)
}

/** The edits between two words, or between their parts; none where that is too much for a slip. */
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

/** How many edits a slip may take: in a short word each of them makes another word. */
function editLimit(length: number): number {
  if (length < 2) return 0
  return length < 8 ? 1 : length < 16 ? 2 : 3
}

/** Whether two words are members of one series (`team-a` and `team-b`, `kafka-0` and `kafka-10`, `web` and `web2`): neither is a slip of the other. */
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

/** Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours, each of cost 1. */
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
