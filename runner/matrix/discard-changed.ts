import type { World } from '../../fabric/world.ts'
import { unknownFinding } from './cell.ts'
import type { MeasuredCell } from './measure.ts'
import type { MatrixPlan } from './plan.ts'
import { predictMatrix } from './predict.ts'

/** Discards cells whose pods or predictions changed during the measurement, because they mix the state before and after. */
export function discardChanged(
  measured: readonly MeasuredCell[],
  { plan, before, after }: { readonly plan: MatrixPlan; readonly before: World; readonly after: World },
): MeasuredCell[] {
  const [was, is] = [predictMatrix(plan, before), predictMatrix(plan, after)]
  const alive = new Set(after.pods.map(({ uid }) => uid))
  return measured.map(({ planned, cell }, at) => {
    const { from, to } = planned
    const gone = [from, ...(to.kind === 'pod' ? [to.pod] : [])].find(({ uid }) => !alive.has(uid))
    if (gone === undefined && was[at]?.cell.predicted === is[at]?.cell.predicted) return { planned, cell }
    const why = gone === undefined ? 'policies or labels changed' : `${gone.namespace}/${gone.name} went`
    return { planned, cell: { ...cell, ...unknownFinding('world_changed', `${why} while it was measured`) } }
  })
}
