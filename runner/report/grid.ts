import type { PathResult } from '../result/path-result.ts'
import type { Mark } from './style.ts'

/** The paths of a scenario as sources × targets. A cell with several paths shows the worst. */
export interface Grid {
  readonly rows: Map<string, Map<string, Mark>>
  readonly columns: Set<string>
}

const gravity: readonly Mark[] = ['skipped', 'barred', 'pass', 'predicted', 'inconclusive', 'fail']

/** The fields of a path that a grid needs. */
export type Cell = Pick<PathResult, 'index' | 'scenario' | 'from' | 'to' | 'status' | 'seen'>

/** One grid per scenario, in the order of the files. Paths of parallel scenarios arrive interleaved. */
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

/** The grid with targets as rows and sources as columns. */
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

/** The grid without rows and columns in which every path passed. */
export function withoutPassing(grid: Grid): Grid {
  const remarkable = (cells: Iterable<Mark>) => [...cells].some((mark) => mark !== 'pass' && mark !== 'barred')
  const rows = [...grid.rows].filter(([, row]) => remarkable(row.values()))
  const columns = [...grid.columns].filter((to) => remarkable(rows.flatMap(([, row]) => row.get(to) ?? [])))
  return { rows: new Map(rows), columns: new Set(columns) }
}
