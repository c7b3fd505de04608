import type { Compiled } from './compiled.ts'
import { decide, type Verdict } from './decide.ts'
import { overriding } from './foreign.ts'
import { governing } from './governing.ts'
import { endIn, endsOf, together } from './matrix.ts'
import type { Moment, Pair } from './pod-groups.ts'
import type { Socket } from './query.ts'
import { type Answer, no, reachOf } from './reach.ts'
import type { Governing } from './subjects.ts'

/** The verdict from a pair, by number, in one of the two worlds. `absent`: the pair, its target, or the port does not exist there. */
type VerdictFrom = (from: number) => Verdict | 'absent'

interface Asking {
  readonly pairs: readonly Pair[]
  /** By number, whether a pair differs. A changed pair is compared with all pairs, an unchanged pair only with changed ones. */
  readonly changed: readonly boolean[]
  /** Whether to query a pair also on ports that it does not have. */
  readonly everyPort: boolean
  /** Whether a verdict is `undefined` if a policy that the engine does not evaluate can reverse it. */
  readonly doubted: boolean
}

/** Below this fraction of all pairs, each pair is queried separately: a row costs at least one byte per pair. */
const sparse = 1 / 16

/**
 * Prepares the verdicts of one world. The first step takes a socket and its possible targets, the second a target and the sources of
 * interest. Egress rows are computed once for pods that the same policies select.
 */
export function verdictsOf(
  when: 'before' | 'after',
  { pairs, changed, everyPort, doubted }: Asking,
  compiled: Compiled,
): (socket: Socket, targets: readonly number[]) => (to: number, sources: readonly number[]) => VerdictFrom {
  const moments = pairs.map((pair) => pair[when])
  const ends = moments.map((moment) => moment && endIn(4, moment.actors[0]))
  const groups = ends.map((end) => (end?.actor.kind === 'pod' ? governing(end.actor, compiled) : undefined))
  const reach = reachOf(ends, compiled)
  const isFew = (asked: readonly number[]) => asked.length < ends.length * sparse
  return (socket, targets) => {
    const differing = targets.filter((at) => changed[at])
    const rows = { all: new Map<Governing, Uint8Array>(), differing: new Map<Governing, Uint8Array>() }
    const leaving = (from: number, group: Governing, to: number): Answer => {
      const [asked, known] = changed[from] ? [targets, rows.all] : [differing, rows.differing]
      if (isFew(asked)) return reach.one('egress', from, { socket, other: to })
      const row = known.get(group) ?? reach.row('egress', from, { socket, targets: asked })
      known.set(group, row)
      return row[to] as Answer
    }
    return (to, sources) => {
      const isThere = everyPort || pairs[to]?.group.pod === undefined || has(moments[to], socket)
      if (!isThere) return () => 'absent'
      const row = groups[to] && !isFew(sources) ? reach.row('ingress', to, { socket, targets: sources }) : undefined
      const coming = (from: number) => (row ? (row[from] as Answer) : reach.one('ingress', to, { socket, other: from }))
      return (from) => {
        const group = groups[from]
        if (from === to || group === undefined || groups[to] === undefined) return slowly(from, to, socket)
        const into = coming(from)
        const quick = together(into === no ? no : leaving(from, group, to), into)
        if (quick === undefined) return slowly(from, to, socket)
        return doubted ? slowly(from, to, socket, quick.verdict) : quick.verdict
      }
    }
  }

  function slowly(from: number, to: number, socket: Socket, known?: Verdict): Verdict | 'absent' {
    const [source, target] = [moments[from], moments[to]]
    const isOutside = pairs[from]?.group.pod === undefined && pairs[to]?.group.pod === undefined
    const other = from === to ? target?.actors[1] : target?.actors[0]
    const both = other && source?.actors[0] && !isOutside && endsOf(source.actors[0], other, undefined)
    if (!both) return 'absent'
    const path = { ...both, ...socket, via: undefined, entry: undefined, front: undefined }
    const verdict = known ?? decide(path, compiled).verdict
    return doubted && overriding(path, verdict, compiled).length > 0 ? 'undefined' : verdict
  }
}

function has(moment: Moment | undefined, { port, protocol }: Socket): boolean {
  return moment?.sockets.some((own) => own.port === port && own.protocol === protocol) ?? false
}
