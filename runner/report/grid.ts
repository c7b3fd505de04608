import type { PathResult } from '../result/path-result.ts'
import type { Mark } from './style.ts'

/** The paths of a scenario as sources × targets; what is gravest of several paths in one cell. */
export interface Grid {
  readonly rows: Map<string, Map<string, Mark>>
  readonly columns: Set<string>
}

const gravity: readonly Mark[] = ['skipped', 'barred', 'pass', 'predicted', 'inconclusive', 'fail']

/** What a grid needs of a path. */
export type Cell = Pick<PathResult, 'index' | 'scenario' | 'from' | 'to' | 'status' | 'seen'>

/** One grid per scenario, in the order of the files: paths of scenarios that run side by side come mixed. */
export function gridsOf(cells: readonly Cell[]): Map<string, Grid> {
  const grids = new Map<string, Grid>()
  for (const cell of cells.toSorted((a, b) => a.index - b.index)) {
    const grid = grids.get(cell.scenario) ?? { rows: new Map(), columns: new Set() }
    addToGrid(grid, cell)
    grids.set(cell.scenario, grid)
  }
  return grids
}

function addToGrid(grid: Grid, { from, to, status, seen }: Cell): void {
  const mark = status === 'pass' && seen === 'blocked' ? 'barred' : status
  const row = grid.rows.get(from) ?? new Map<string, Mark>()
  const known = row.get(to)
  if (known === undefined || gravity.indexOf(mark) > gravity.indexOf(known)) row.set(to, mark)
  grid.rows.set(from, row)
  grid.columns.add(to)
}

/** Targets as rows, sources as columns. */
export function turned(grid: Grid): Grid {
  const rows = new Map<string, Map<string, Mark>>()
  for (const to of grid.columns) {
    const cells = [...grid.rows].flatMap(([from, row]) => {
      const status = row.get(to)
      return status === undefined ? [] : [[from, status] as const]
    })
    rows.set(to, new Map(cells))
  }
  return { rows, columns: new Set(grid.rows.keys()) }
}

/** Without the rows, and without the columns, in which every path passed. */
export function withoutPassing(grid: Grid): Grid {
  const remarkable = (cells: Iterable<Mark>) => [...cells].some((mark) => mark !== 'pass' && mark !== 'barred')
  const rows = [...grid.rows].filter(([, row]) => remarkable(row.values()))
  const columns = [...grid.columns].filter((to) => remarkable(rows.flatMap(([, row]) => row.get(to) ?? [])))
  return { rows: new Map(rows), columns: new Set(columns) }
}
