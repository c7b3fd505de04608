import type { World } from '../../fabric/world.ts'
import type { Place, Problem } from '../../policy/types.ts'
import { readFrom, readTo } from '../check/endpoints.ts'
import { destinationsOf } from '../plan/destinations-of-target.ts'
import type { PlannedSource } from '../plan/planned-source.ts'
import { expandSource } from '../plan/sources.ts'
import type { TargetDestinations } from '../plan/unresolved-target.ts'
import type { ReachedTarget } from '../scenario/model.ts'

/** The two ends as the user writes them. */
export interface Ends {
  readonly from: string
  readonly to: string
}

/** The two ends as found in a world. */
export interface ResolvedEnds extends TargetDestinations {
  readonly ends: Ends
  /** At least one: the places of a source if something on the path differs between them. */
  readonly sources: readonly [PlannedSource, ...PlannedSource[]]
  readonly target: ReachedTarget
}

const nowhere: Place = { file: 'command line', line: 1, column: 1 }

/** Finds both ends. Invalid or unknown ends are problems. */
export function resolveEnds(ends: Ends, world: World): ResolvedEnds | { readonly problems: Problem[] } {
  const { from, to } = ends
  const [source, target] = [readFrom(from, world), readTo(to, world)]
  const wrong = [
    ...(typeof source === 'string' ? [`FROM: ${source}`] : []),
    ...(typeof target === 'string' ? [`TO: ${target}`] : []),
  ]
  if (typeof source === 'string' || typeof target === 'string') return { problems: wrong.map(problem) }
  if (target.kind === 'dns')
    return {
      problems: [problem('TO: a question to DNS has no path of its own: name its server, as udp://10.96.0.10:53')],
    }
  const named = { ...target, name: to, place: nowhere }
  const { sources, note } = expandSource({ ...source, name: from, place: nowhere }, world, named)
  const [first, ...others] = sources
  if (first === undefined) return { problems: [problem(`FROM: ${note ?? `${from} stands for no pod`}`)] }
  const destinations = destinationsOf(named, {
    world,
    namespace: first.namespace,
    outside: first.identity.kind === 'outside',
  })
  return { ends, sources: [first, ...others], target: named, ...destinations }
}

function problem(message: string): Problem {
  return { severity: 'error', message }
}
