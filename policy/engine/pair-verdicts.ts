import type { Governing } from './actors.ts'
import type { Compiled } from './compile.ts'
import { decide, type Verdict } from './decide.ts'
import { governing } from './governing.ts'
import { endIn, endsOf, type Socket, together } from './matrix.ts'
import type { Moment, Pair } from './moments.ts'
import { reachOf } from './reach.ts'

/** The verdict from a pair, by number, at one moment; `absent`: the pair, its target, or the port, is not there. */
type VerdictFrom = (from: number) => Verdict | 'absent'

/**
 * Prepares the verdicts of one moment: first for a socket and all that may have it, then for one of these and the sources of interest.
 * What leaves pods that the same policies select is found once.
 */
export function verdictsOf(
  when: 'before' | 'after',
  pairs: readonly Pair[],
  compiled: Compiled,
): (socket: Socket, targets: readonly number[]) => (to: number, sources: readonly number[]) => VerdictFrom {
  const moments = pairs.map((pair) => pair[when])
  const ends = moments.map((moment) => moment && endIn(4, moment.actors[0]))
  const groups = ends.map((end) => (end?.actor.kind === 'pod' ? governing(end.actor, compiled) : undefined))
  const reach = reachOf(ends, compiled)
  return (socket, targets) => {
    const out = new Map<Governing, Uint8Array>()
    const leaving = (from: number, group: Governing): Uint8Array => {
      const row = out.get(group) ?? reach.row('egress', from, { socket, targets })
      out.set(group, row)
      return row
    }
    return (to, sources) => {
      const isThere = pairs[to]?.group.pod === undefined || has(moments[to], socket)
      if (!isThere) return () => 'absent'
      const coming = groups[to] && reach.row('ingress', to, { socket, targets: sources })
      return (from) => {
        const group = groups[from]
        const quick =
          from !== to && group && coming ? together(leaving(from, group)[to]!, coming[from]!)?.verdict : undefined
        return quick ?? slowly(from, to, socket)
      }
    }
  }

  function slowly(from: number, to: number, socket: Socket): Verdict | 'absent' {
    const [source, target] = [moments[from], moments[to]]
    const isOutside = pairs[from]?.group.pod === undefined && pairs[to]?.group.pod === undefined
    const other = from === to ? target?.actors[1] : target?.actors[0]
    const both = other && source?.actors[0] && !isOutside && endsOf(source.actors[0], other, undefined)
    if (!both) return 'absent'
    return decide({ ...both, ...socket, via: undefined, entry: undefined }, compiled).verdict
  }
}

function has(moment: Moment | undefined, { port, protocol }: Socket): boolean {
  return moment?.sockets.some((own) => own.port === port && own.protocol === protocol) ?? false
}
