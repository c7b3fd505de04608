import type { Pod } from '../../fabric/world.ts'
import { type Cell, stateOf } from './cell.ts'
import type { MeasuredCell } from './measure.ts'
import { nameOf } from './question.ts'

/** The combined cells of one source workload and one port of one target workload. */
export interface Folded {
  readonly state: 'open' | 'blocked' | 'unknown' | 'mixed'
  readonly cells: readonly Cell[]
}

/** A matrix by workload: five replicas are one row. */
export interface FoldedMatrix {
  readonly rows: readonly string[]
  /** `backend/api:4000/TCP`, `backend/service/api:80/TCP` */
  readonly columns: readonly string[]
  /** Undefined from a single pod to itself. */
  at(row: string, column: string): Folded | undefined
}

/** Groups cells by workload, with rows and columns in order of name. */
export function foldMatrix(measured: readonly MeasuredCell[]): FoldedMatrix {
  const nounOf = workloadNouns(
    measured.flatMap(({ planned: { from, to } }) => (to.kind === 'pod' ? [from, to.pod] : [from])),
  )
  const columns = new Set<string>()
  const rows = new Map<string, Map<string, Cell[]>>()
  for (const { planned, cell } of measured) {
    const row = nounOf(planned.from)
    const target = planned.to.kind === 'pod' ? nounOf(planned.to.pod) : cell.to
    const column = `${target}:${cell.port}/${cell.protocol}`
    columns.add(column)
    const own = rows.get(row) ?? new Map<string, Cell[]>()
    rows.set(row, own)
    own.set(column, [...(own.get(column) ?? []), cell])
  }
  return {
    rows: [...rows.keys()].sort(byName),
    columns: [...columns].sort(byName),
    at(row, column) {
      const cells = rows.get(row)?.get(column)
      return cells && { state: combinedState(cells), cells }
    },
  }
}

function byName(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true })
}

function combinedState(cells: readonly Cell[]): Folded['state'] {
  if (cells.some(({ reason }) => reason === 'partly_open')) return 'mixed'
  const [first, ...others] = new Set(cells.map(stateOf))
  return first !== undefined && others.length === 0 ? first : 'mixed'
}

/** `frontend/ui`, with its kind if two workloads of a namespace have the same name. */
function workloadNouns(pods: readonly Pod[]): (pod: Pod) => string {
  const kinds = new Map<string, Set<string>>()
  for (const { namespace, workload } of new Set(pods)) {
    const noun = nameOf({ namespace, name: workload.name })
    kinds.set(noun, (kinds.get(noun) ?? new Set()).add(workload.kind))
  }
  return ({ namespace, workload: { kind, name } }) => {
    const noun = nameOf({ namespace, name })
    return (kinds.get(noun)?.size ?? 0) > 1 ? `${namespace}/${kind.toLowerCase()}/${name}` : noun
  }
}
