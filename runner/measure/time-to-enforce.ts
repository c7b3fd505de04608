import { layer4OfOutcome, looksShut } from '../../checks/layer4.ts'
import type { Observation } from '../../checks/outcome.ts'
import { pause } from '../../checks/pause.ts'
import type { Probe, Timing } from '../../fabric/fabric.ts'
import type { World } from '../../fabric/world.ts'
import { pollMs } from '../control/canary-connections.ts'
import { observe } from '../observe/observe.ts'
import { transportCheck } from '../plan/checks.ts'
import { type AddressDestination, type PlannedCheck, type SourceKey, socketKey } from '../plan/planned-check.ts'
import type { PlannedPath } from '../plan/planned-path.ts'
import type { PathPrediction, Predict } from '../predict/predict.ts'
import type { Enforcement } from '../result/enforcement.ts'

export interface EnforcementOptions {
  readonly world: World
  readonly probes: ReadonlyMap<SourceKey, Probe>
  readonly predict: Predict
  readonly timing: Timing
  /** When the change was made, and the end of the wait, in milliseconds since the epoch. */
  readonly since: number
  readonly until: number
  readonly now: () => number
  readonly signal: AbortSignal
}

const periodMs = 50

interface Way {
  readonly plannedCheck: PlannedCheck
  readonly wanted: 'allow' | 'deny'
  since: number | undefined
  flips: number
}

/** Connects to every pod of the paths repeatedly, with new connections, until each is open or blocked as the policies say, or the time is up. */
export async function untilEnforced(paths: readonly PlannedPath[], options: EnforcementOptions): Promise<Enforcement> {
  const { world, probes, timing, since, until, now, signal } = options
  const ways = waysOf(paths, options)
  for (let round = 1; ways.length > 0; round++) {
    const begun = now()
    const plannedChecks = new Map(
      ways.map((way) => [quick(way.plannedCheck, pollMs(round, timing.canaryMs), world), way]),
    )
    const seen = await observe([...plannedChecks.keys()], { probes, perSecond: timing.perSecond, signal })
    for (const [plannedCheck, way] of plannedChecks) {
      const isSo = agrees(way, plannedCheck, seen.get(plannedCheck) ?? [])
      if (!isSo && way.since !== undefined) way.flips += 1
      way.since = isSo ? (way.since ?? begun) : undefined
    }
    if (ways.every((way) => way.since !== undefined) || now() > until || signal.aborted) break
    await pause(periodMs, signal)
  }
  const settled = ways.flatMap((way) => (way.since === undefined ? [] : [Math.max(0, way.since - since)]))
  const flips = ways.reduce((sum, way) => sum + way.flips, 0)
  return { afterMs: settled.toSorted((a, b) => a - b), flips, late: ways.length - settled.length }
}

/** Whether an observation matches the policies. A refusal matches both: the port may be closed, and some plugins reject instead of dropping. */
function agrees({ wanted }: Way, { check }: PlannedCheck, observations: readonly Observation[]): boolean {
  const [first] = observations
  if (first === undefined) return false
  const seen = layer4OfOutcome(first.outcome, check.kind)
  return seen === 'refused' || (wanted === 'allow' ? seen === 'open' : looksShut(first.outcome, check.kind))
}

function waysOf(paths: readonly PlannedPath[], { probes, predict }: EnforcementOptions): Way[] {
  const ways = new Map<string, Way>()
  for (const planned of paths) {
    const { byPlannedCheck } = predict(planned, probes.get(planned.source.key))
    for (const plannedCheck of planned.addresses) {
      const wanted = predictedOf(plannedCheck, byPlannedCheck)
      if (plannedCheck.destination.kind !== 'pod' || wanted === undefined) continue
      ways.set(`${plannedCheck.source} ${socketKey(plannedCheck.destination.socket)}`, {
        plannedCheck,
        wanted,
        since: undefined,
        flips: 0,
      })
    }
  }
  return [...ways.values()]
}

function predictedOf(
  plannedCheck: PlannedCheck,
  byPlannedCheck: PathPrediction['byPlannedCheck'],
): 'allow' | 'deny' | undefined {
  const verdicts = (byPlannedCheck.get(plannedCheck) ?? []).map(({ verdict }) => verdict)
  const [first] = verdicts
  return verdicts.every((each) => each === first) && (first === 'allow' || first === 'deny') ? first : undefined
}

function quick(plannedCheck: PlannedCheck, deadlineMs: number, world: World): PlannedCheck {
  const { socket } = plannedCheck.destination as AddressDestination
  return { ...plannedCheck, check: transportCheck(socket, { deadlineMs, attempts: 1 }, world), connections: 1 }
}
