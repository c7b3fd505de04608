import type { Manifest } from '../../../fabric/fabric.ts'
import { withoutOwned } from '../../../fabric/owned.ts'
import type { LabSettingsInput } from '../../../lab/settings.ts'
import { matrixSchema } from '../../../runner/matrix/cell.ts'
import { type MeasuredCell, measureMatrix } from '../../../runner/matrix/measure.ts'
import { planMatrix } from '../../../runner/matrix/plan.ts'
import type { MatrixOptions } from '../../../runner/matrix/selection.ts'
import { labOf } from '../../lab/opening.ts'

const everyPod: MatrixOptions = { namespaces: [], selector: {}, everything: false, ports: [], services: false }

interface Options extends Partial<MatrixOptions> {
  readonly settings?: LabSettingsInput
  /** Ends the measurement after so many connections. */
  readonly abortAfter?: number
}

/** Measures a matrix in a lab of its own; `told` has a line per cell, the reason in it where it is not the usual one. */
export async function measured(objects: readonly Manifest[], { settings, abortAfter, ...options }: Options = {}) {
  await using fabric = await labOf(objects, settings)
  const controller = new AbortController()
  const { signal } = controller
  const world = withoutOwned(await fabric.world(signal))
  const plan = planMatrix(world, { ...everyPod, ...options, timing: fabric.timing })
  const onProgress = (done: number) => {
    if (done === abortAfter) controller.abort()
  }
  const cells = await measureMatrix(fabric, plan, { world, now: Date.now, signal, onProgress })
  matrixSchema.parse({ cells: cells.map(({ cell }) => cell), assumed: [] })
  return { cells, told: cells.map(lineOf) }
}

const usual = ['connected', 'connect_timeout', 'udp_answered', 'udp_silent']

function lineOf({ cell: { from, to, port, protocol, observed, reason } }: MeasuredCell): string {
  const why = reason === undefined || usual.includes(reason) ? '' : ` ${reason}`
  return `${from} -> ${to}:${port}/${protocol} ${observed}${why}`
}
