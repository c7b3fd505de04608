import type { Pod } from '../../fabric/world.ts'
import type { PathChange } from '../../policy/engine/difference.ts'
import type { Group } from '../../policy/engine/pod-groups.ts'
import type { PolicyPod } from '../../policy/engine/world.ts'
import { protocols } from '../../policy/parse-port.ts'

/** Changed paths by workload, one line per pair of ends, existing pairs first: `frontend/ui -> backend/api:4000/TCP`, `… :every port but 80/TCP`. */
export function pathLines(changes: readonly PathChange[]): string[] {
  const byEnds = Map.groupBy(changes, ({ from, to }) => `${endText(from)} -> ${endText(to)}`)
  const lines = [...byEnds].map(([ends, found]) => ({
    text: `${ends}:${portsText(found)}`,
    exists: found.every(exists),
  }))
  return lines.toSorted((a, b) => Number(b.exists) - Number(a.exists)).map(({ text }) => text)
}

/** The workload of a pod. Pods of a world from the lab or a cluster keep theirs, whatever an edit changed. */
export function workloadOf(pod: PolicyPod): string {
  return `${pod.namespace}/${(pod as Pod).workload.name}`
}

function endText({ pod, label }: Group): string {
  return label ?? (pod === undefined ? 'outside the cluster' : workloadOf(pod))
}

function exists({ from, to }: PathChange): boolean {
  return from.label === undefined && to.label === undefined
}

interface Range {
  readonly first: number
  readonly last: number
}

const highest = 65_535

function portsText(changes: readonly PathChange[]): string {
  const ranges = protocols.map((protocol) => ({ protocol, ranges: joined(changes, protocol) }))
  const open = ranges.reduce(
    (sum, { ranges: own }) => sum + own.reduce((all, { first, last }) => all + last - first + 1, 0),
    0,
  )
  const missing = protocols.length * highest - open
  if (missing === 0) return 'every port'
  if (missing <= 3)
    return `every port but ${texts(ranges.map((each) => ({ ...each, ranges: unresolvedOf(each.ranges) })))}`
  return texts(ranges)
}

function texts(all: readonly { readonly protocol: string; readonly ranges: readonly Range[] }[]): string {
  const parts = all.flatMap(({ protocol, ranges }) => {
    const ports = ranges.map(({ first, last }) => (first === last ? String(first) : `${first}-${last}`))
    return ports.length === 0 ? [] : [`${ports.join(',')}/${protocol}`]
  })
  return parts.join(' ')
}

/** The port ranges of one protocol, in order, with adjacent ranges merged. */
function joined(changes: readonly PathChange[], protocol: PathChange['protocol']): Range[] {
  const own = changes.filter((change) => change.protocol === protocol)
  const ranges = own.map(({ port, last = port }) => ({ first: port, last })).toSorted((a, b) => a.first - b.first)
  const all: Range[] = []
  for (const { first, last } of ranges) {
    const before = all.at(-1)
    if (before === undefined || first > before.last + 1) all.push({ first, last })
    else all[all.length - 1] = { first: before.first, last: Math.max(before.last, last) }
  }
  return all
}

function unresolvedOf(ranges: readonly Range[]): Range[] {
  const starts = [1, ...ranges.map(({ last }) => last + 1)]
  const ends = [...ranges.map(({ first }) => first - 1), highest]
  return starts.map((first, at) => ({ first, last: ends[at]! })).filter(({ first, last }) => first <= last)
}
