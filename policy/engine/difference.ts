import type { Protocol } from '../types.ts'
import type { Compiled } from './compiled.ts'
import type { Verdict } from './decide.ts'
import { verdictsOf } from './pair-verdicts.ts'
import { type DifferenceOptions, type Group, type Pair, pairsAfterEdits, pairsOf } from './pod-groups.ts'
import type { PortRange } from './port-ranges.ts'
import type { PossibleEnd } from './possible-ends.ts'
import type { Socket } from './query.ts'
import type { Edited } from './recompile.ts'

/** A path whose verdict differs. `absent` means that one of its ends, or the port, does not exist. */
export interface PathChange {
  readonly from: Group
  readonly to: Group
  readonly port: number
  /** The last port of a range in which all ports behave the same. */
  readonly last?: number
  readonly protocol: Protocol
  readonly before: Verdict | 'absent'
  readonly after: Verdict | 'absent'
}

/**
 * Changes grouped by their certain effect. `unclear`: the verdict before or after is uncertain. A path that was absent and is now denied is
 * not listed.
 */
export interface SortedChanges<C = PathChange> {
  readonly opens: readonly C[]
  readonly closes: readonly C[]
  readonly unclear: readonly C[]
}

export function sortChanges<C extends Pick<PathChange, 'before' | 'after'>>(changes: readonly C[]): SortedChanges<C> {
  const isUnclear = ({ before, after }: C) => before === 'undefined' || after === 'undefined'
  return {
    opens: changes.filter((change) => change.after === 'allow' && !isUnclear(change)),
    closes: changes.filter((change) => change.before === 'allow' && !isUnclear(change)),
    unclear: changes.filter(isUnclear),
  }
}

/** The scope in which effects of edits are searched: ports, each representing a range on every pod, and ends that need not exist. */
export interface Extent {
  readonly ranges: readonly PortRange[]
  readonly possible: readonly PossibleEnd[]
}

/** Yields every path whose verdict differs between two worlds, using the evaluator of `predict`. Pods are matched by name. */
export function differences(before: Compiled, after: Compiled, options: DifferenceOptions = {}): Generator<PathChange> {
  const doubted = before.foreign.length + after.foreign.length > 0
  return changesOf(pairsOf(before, after, options), before, { after, ranges: undefined, doubted })
}

/** Does the same between one world and the result of edits, optimised for many edits. Edits do not change the ports of a pod. */
export function differencesAfterEdits(
  before: Compiled,
  options: DifferenceOptions = {},
): (edited: Edited, extent?: Extent) => Generator<PathChange> {
  const pairsAfter = pairsAfterEdits(before, options)
  return (edited, extent) =>
    changesOf(pairsAfter(edited, extent?.possible), before, {
      after: edited.compiled,
      ranges: extent?.ranges,
      doubted: false,
    })
}

interface Until {
  readonly after: Compiled
  /** Default: the ports that the pods declare. */
  readonly ranges: readonly PortRange[] | undefined
  /** Whether to consider policies that the engine does not evaluate: they can reverse a verdict, and can differ themselves. */
  readonly doubted: boolean
}

function* changesOf(
  pairs: readonly Pair[],
  before: Compiled,
  { after, ranges, doubted }: Until,
): Generator<PathChange> {
  const changed = pairs.map((pair) => pair.before?.signature !== pair.after?.signature)
  const all = [...pairs.keys()]
  const moved = all.filter((at) => changed[at])
  const asking = { pairs, changed, everyPort: ranges !== undefined, doubted }
  const [was, is] = [verdictsOf('before', asking, before), verdictsOf('after', asking, after)]
  const sockets = ranges === undefined ? socketsOf(pairs) : ranges.map((socket) => ({ socket, targets: all }))
  for (const { socket, targets } of sockets) {
    const [leadingWas, leadingIs] = [was(socket, targets), is(socket, targets)]
    for (const to of targets) {
      const sources = changed[to] ? all : moved
      const [wasFrom, isFrom] = [leadingWas(to, sources), leadingIs(to, sources)]
      for (const from of sources) {
        const [old, now] = [wasFrom(from), isFrom(from)]
        if (old === now) continue
        yield { from: pairs[from]!.group, to: pairs[to]!.group, ...socket, before: old, after: now }
      }
    }
  }
}

/** Every port that a pod has before or after the change, with the pods that have it. */
function socketsOf(pairs: readonly Pair[]): Iterable<{ readonly socket: Socket; readonly targets: number[] }> {
  const found = new Map<string, { readonly socket: Socket; readonly targets: number[] }>()
  for (const [at, { before, after }] of pairs.entries())
    for (const { port, protocol } of [...(before?.sockets ?? []), ...(after?.sockets ?? [])]) {
      const key = `${port}/${protocol}`
      const known = found.get(key) ?? { socket: { port, protocol }, targets: [] }
      found.set(key, known)
      if (known.targets.at(-1) !== at) known.targets.push(at)
    }
  return found.values()
}
