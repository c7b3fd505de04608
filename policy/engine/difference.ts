import type { Protocol } from '../types.ts'
import type { Compiled } from './compiled.ts'
import type { Verdict } from './decide.ts'
import { verdictsOf } from './pair-verdicts.ts'
import { type DifferenceOptions, type Group, type Pair, pairsAfterEdits, pairsOf } from './pod-groups.ts'
import type { PortRange } from './port-ranges.ts'
import type { PossibleEnd } from './possible-ends.ts'
import type { Socket } from './query.ts'
import type { Edited } from './recompile.ts'

/** A path whose verdict differs; `absent`: one of its ends, or the port, is not there. */
export interface PathChange {
  readonly from: Group
  readonly to: Group
  readonly port: number
  /** Of a range whose ports all behave alike: its last port. */
  readonly last?: number
  readonly protocol: Protocol
  readonly before: Verdict | 'absent'
  readonly after: Verdict | 'absent'
}

/** Changes by what they do for certain; `unclear`: what the policies mean is not certain before, or after. A path that is denied where it was not there is no news. */
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

/** How far the effects of edits are followed: every port that one range stands for on every pod, and ends that need not exist. */
export interface Extent {
  readonly ranges: readonly PortRange[]
  readonly possible: readonly PossibleEnd[]
}

/** Every path between two worlds whose verdict differs, by the evaluator of `predict`; pods are the same where their names are. */
export function differences(before: Compiled, after: Compiled, options: DifferenceOptions = {}): Generator<PathChange> {
  const doubted = before.foreign.length + after.foreign.length > 0
  return changesOf(pairsOf(before, after, options), before, { after, ranges: undefined, doubted })
}

/** The same between one world and what edits make of it, for many edits; the ports of a pod are the same before and after. */
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
  /** Default: the ports that the pods have. */
  readonly ranges: readonly PortRange[] | undefined
  /** Whether policies that are not evaluated count: they may turn a verdict around, and may differ themselves. */
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

/** Every port that somebody has, before or after, and who. */
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
