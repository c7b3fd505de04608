import type { World } from '../../fabric/world.ts'
import { type Compiled, compile } from '../../policy/engine/compile.ts'
import type { Verdict } from '../../policy/engine/decide.ts'
import { isForeignPolicy, overriding } from '../../policy/engine/foreign.ts'
import { predict, verdictOf } from '../../policy/engine/predict.ts'
import type { Party, Query } from '../../policy/engine/query.ts'
import type { Dial } from '../plan/dial.ts'
import { type Unseen, unseenIn } from '../predict/unseen.ts'
import type { Cell } from './cell.ts'
import { headOf, type MeasuredCell } from './measure.ts'
import type { MatrixPlan } from './plan.ts'
import { nameOf, type PlannedCell } from './question.ts'

type Predicted = Pick<Cell, 'predicted' | 'reason' | 'detail'>

/** The same cells as `measureMatrix`, as the policies have them; a Service is what its ready endpoints are. */
export function predictMatrix({ cells }: Pick<MatrixPlan, 'cells'>, world: World): MeasuredCell[] {
  const judge: Judge = { compiled: compile(world), unseen: unseenIn(world) }
  const foreign = world.notSimulated.filter(isForeignPolicy)
  return cells.map((planned) => {
    const spaces = [
      planned.from.namespace,
      planned.to.kind === 'pod' ? planned.to.pod.namespace : planned.to.service.namespace,
    ]
    const [over] = foreign.length === 0 ? [] : overriding(foreign, spaces)
    const detail = over && `${over.kind} ${[over.namespace, over.name].filter(Boolean).join('/')} may decide otherwise`
    const predicted: Predicted =
      detail === undefined ? predictionFor(planned, judge) : { predicted: 'undefined', detail }
    return { planned, cell: { ...headOf(planned), ...predicted } }
  })
}

interface Judge {
  readonly compiled: Compiled
  readonly unseen: Unseen | undefined
}

function predictionFor({ from, to, port, protocol, question }: PlannedCell, judge: Judge): Predicted {
  const source: Party = { kind: 'pod', namespace: from.namespace, name: from.name }
  if (question.kind === 'service') return ofEndpoints(question.endpoints, source, judge)
  if (question.kind === 'answered' && (to.kind === 'service' || question.finding.reason !== 'sctp')) {
    const { reason, detail } = question.finding
    return { predicted: 'undefined', reason, ...(detail === undefined ? {} : { detail }) }
  }
  if (to.kind === 'service') return { predicted: 'undefined' }
  const family = question.kind === 'pod' ? familyOfDial(question.dial) : {}
  return asked(
    { from: source, to: { kind: 'pod', namespace: to.pod.namespace, name: to.pod.name }, port, protocol, ...family },
    judge,
  )
}

function asked(query: Query, { compiled, unseen }: Judge): Predicted {
  const [hidden] = unseen?.(query, predict(query, compiled)) ?? []
  if (hidden !== undefined) return { predicted: 'undefined', detail: hidden }
  const found = verdictOf(query, compiled)
  if ('kind' in found) return { predicted: 'undefined', detail: found.reason }
  const { verdict, undefinedBy } = found
  if (undefinedBy.length === 0) return { predicted: verdict }
  return { predicted: verdict, detail: `the specification leaves it open (rule ${undefinedBy.join(', ')})` }
}

function ofEndpoints(endpoints: readonly Dial[], from: Party, judge: Judge): Predicted {
  const each = endpoints.flatMap(({ aim }) => {
    if (aim.kind === 'name') return []
    const { address, port, protocol, family } = aim.socket
    const found = asked({ from, to: { kind: 'address', address }, port, protocol, family }, judge)
    return [{ place: aim.kind === 'pod' ? nameOf(aim.pod) : address, ...found }]
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

function familyOfDial({ aim }: Dial) {
  return aim.kind === 'name' ? {} : { family: aim.socket.family }
}

/** Both columns of every cell; the reason is that of what was measured. */
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

/** Whether packets did what the policies do not mean; what is not known or not promised disagrees with nothing. */
export function disagrees({ predicted, observed, reason }: Cell): boolean {
  if (predicted === undefined || observed === undefined || observed === 'unknown' || reason === 'partly_open')
    return false
  const wanted = agreeing[predicted]
  return wanted !== undefined && wanted !== observed
}
