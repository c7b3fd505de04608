import type { World } from '../../fabric/world.ts'
import type { Verdict } from '../../policy/engine/decide.ts'
import type { Query, QueryEnd } from '../../policy/engine/query.ts'
import type { Undeclared } from '../plan/listeners.ts'
import type { PlannedCheck } from '../plan/planned-check.ts'
import type { HopPredictor } from '../predict/hop-prediction.ts'
import { createHopPredictor } from '../predict/hop-predictor.ts'
import type { Cell } from './cell.ts'
import { headOf, type MeasuredCell } from './measure.ts'
import type { MatrixPlan } from './plan.ts'
import { nameOf, type PlannedCell } from './question.ts'

type Predicted = Pick<Cell, 'predicted' | 'reason' | 'detail'>

/** Predicts the same cells as `measureMatrix`. A Service is as open as its ready endpoints. */
export function predictMatrix({ cells }: Pick<MatrixPlan, 'cells'>, world: World): MeasuredCell[] {
  const predictor = createHopPredictor(world)
  return cells.map((planned) => ({ planned, cell: { ...headOf(planned), ...predictionFor(planned, predictor) } }))
}

function predictionFor({ from, to, port, protocol, question }: PlannedCell, predictor: HopPredictor): Predicted {
  const source: QueryEnd = { kind: 'pod', namespace: from.namespace, name: from.name }
  if (question.kind === 'service')
    return listened(ofEndpoints(question.endpoints, source, predictor), question.undeclared)
  if (question.kind === 'answered' && (to.kind === 'service' || question.finding.reason !== 'sctp')) {
    const { reason, detail } = question.finding
    return { predicted: 'undefined', reason, detail }
  }
  if (to.kind === 'service') return { predicted: 'undefined' }
  const family = question.kind === 'pod' ? familyOfCheck(question.plannedCheck) : {}
  const target: QueryEnd = { kind: 'pod', namespace: to.pod.namespace, name: to.pod.name }
  return predicted({ from: source, to: target, port, protocol, ...family }, predictor)
}

/** The verdict; with a reason if it is unknown or differs by plugin. */
function predicted(query: Query, predictor: HopPredictor): Predicted {
  const { verdict, why } = predictor.verdict(query)
  return why === undefined ? { predicted: verdict } : { predicted: verdict, detail: why }
}

function ofEndpoints(endpoints: readonly PlannedCheck[], from: QueryEnd, predictor: HopPredictor): Predicted {
  const each = endpoints.flatMap(({ destination }) => {
    if (destination.kind === 'name') return []
    const { address, port, protocol, family } = destination.socket
    const found = predicted({ from, to: { kind: 'address', address }, port, protocol, family }, predictor)
    return [{ place: destination.kind === 'pod' ? nameOf(destination.pod) : address, ...found }]
  })
  const verdicts = new Set(each.map(({ predicted }) => predicted))
  const [only] = verdicts
  if (verdicts.size === 1 && only !== undefined) return { predicted: only }
  const shut = each
    .filter(({ predicted }) => predicted !== 'allow')
    .map(({ place, predicted }) => `${predicted} at ${place}`)
  const open = each.filter(({ predicted }) => predicted === 'allow').map(({ place }) => place)
  if (open.length === 0) return { predicted: 'undefined', detail: shut.join(', ') }
  return { predicted: 'undefined', reason: 'partly_open', detail: `allow at ${open.join(', ')}; ${shut.join(', ')}` }
}

/** An allowed connection still fails if nothing listens, as in a run (`undeclaredOf`). */
function listened(found: Predicted, { missing }: Undeclared): Predicted {
  if (found.predicted !== 'allow' || missing === undefined) return found
  return { predicted: 'undefined', reason: missing.cause, detail: missing.sentence }
}

function familyOfCheck({ destination }: PlannedCheck) {
  return destination.kind === 'name' ? {} : { family: destination.socket.family }
}

/** Combines prediction and measurement of each cell. The reason is that of the measurement. */
export function withObserved(predicted: readonly MeasuredCell[], measured: readonly MeasuredCell[]): MeasuredCell[] {
  return measured.map(({ planned, cell }, at) => {
    const { predicted: verdict } = predicted[at]?.cell ?? {}
    return { planned, cell: { ...cell, ...(verdict === undefined ? {} : { predicted: verdict }) } }
  })
}

const agreeing: Readonly<Record<Verdict, Cell['observed'] | undefined>> = {
  allow: 'open',
  deny: 'blocked',
  undefined: undefined,
}

/** Whether the measurement contradicts the prediction. An unknown value contradicts nothing. */
export function disagrees({ predicted, observed, reason }: Cell): boolean {
  if (predicted === undefined || observed === undefined || observed === 'unknown' || reason === 'partly_open')
    return false
  const wanted = agreeing[predicted]
  return wanted !== undefined && wanted !== observed
}
