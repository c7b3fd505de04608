import { pause } from '../../checks/pause.ts'
import type { Probe, Timing } from '../../fabric/fabric.ts'
import type { Measurement } from '../control/measurement.ts'
import { judge } from '../judge/judge.ts'
import { observe } from '../observe/observe.ts'
import type { SourceKey } from '../plan/planned-check.ts'
import { type PlannedPath, plannedChecksOf } from '../plan/planned-path.ts'
import type { Predict } from '../predict/predict.ts'
import type { Seen } from '../result/path-result.ts'

export interface StabilizeOptions {
  readonly probes: ReadonlyMap<SourceKey, Probe>
  readonly predict: Predict
  readonly timing: Timing
  /** The end of repeated measurements, in milliseconds since the epoch. */
  readonly until: number
  readonly now: () => number
  readonly signal: AbortSignal
  /** Called before each round with the number of remaining paths. */
  readonly onRound?: (left: number) => void
}

export interface Stabilized {
  readonly measurement: Measurement
  /** What the report says about each path that did not match the policies at first. */
  readonly remarks: ReadonlyMap<PlannedPath, string>
  /** Paths that were not stable when the run was interrupted, with the sentence for the report. */
  readonly interrupted: ReadonlyMap<PlannedPath, string>
}

/** How often in a row a changed path must show the same result, and the interval in milliseconds. */
const confirmations = 2
const periodMs = 200

interface UnstablePath {
  readonly first: Seen
  readonly begun: number
  /** When the path began to match, and how many rounds in a row it has matched since. */
  since: number
  agreed: number
  seen: Seen
  flips: number
}

/**
 * Measures paths that do not match the policies again, with new connections, until they match in two consecutive rounds or the time is up. Paths that
 * match at once are not repeated: the policies are in force, whatever the scenario expects.
 */
export async function stabilize(
  paths: readonly PlannedPath[],
  first: Measurement,
  options: StabilizeOptions,
): Promise<Stabilized> {
  const { probes, timing, until, now, signal } = options
  let measurement = first
  const begun = now()
  const unstable = new Map<PlannedPath, UnstablePath>()
  for (const path of paths) {
    const { seen, isSo } = lookAgain(path, measurement, options)
    if (!isSo) unstable.set(path, { first: seen, begun, since: begun, agreed: 0, seen, flips: 0 })
  }
  let open = [...unstable.keys()]
  while (open.length > 0 && now() < until && !signal.aborted) {
    options.onRound?.(open.length)
    await pause(periodMs, signal)
    const at = now()
    const again = await observe([...new Set(open.flatMap(plannedChecksOf))], {
      probes,
      perSecond: timing.perSecond,
      signal,
    })
    // An incomplete round is discarded, so that earlier observations are kept.
    if (signal.aborted) break
    measurement = { ...measurement, observedConnections: new Map([...measurement.observedConnections, ...again]) }
    for (const path of open) note(unstable.get(path)!, lookAgain(path, measurement, options), at)
    open = open.filter((path) => unstable.get(path)!.agreed < confirmations)
  }
  return {
    measurement,
    remarks: new Map([...unstable].map(([path, each]) => [path, remarkOf(each, now())])),
    interrupted: new Map(signal.aborted ? open.map((path) => [path, 'the run was interrupted while it settled']) : []),
  }
}

function note(each: UnstablePath, { seen, isSo }: ReturnType<typeof lookAgain>, at: number): void {
  if (seen !== each.seen) each.flips += 1
  if (isSo && each.agreed === 0) each.since = at
  each.agreed = isSo ? each.agreed + 1 : 0
  each.seen = seen
}

/** Whether a path matches the policies. Without a prediction the expectation is used. Without an observation, waiting is useless. */
function lookAgain(path: PlannedPath, measurement: Measurement, { probes, predict }: StabilizeOptions) {
  const { seen, status, cause } = judge({ planned: path, ...measurement })
  const { verdict } = predict(path, probes.get(path.source.key))
  const blocked = path.path.expect.kind === 'blocked'
  if (path.path.target.kind === 'dns' && !blocked) return { seen, isSo: true }
  if (seen === 'unknown') return { seen, isSo: cause !== 'late_policies' }
  if (verdict === 'undefined') return { seen, isSo: status === 'pass' }
  return {
    seen,
    isSo: verdict === 'allow' ? seen === 'open' : seen === (blocked ? 'blocked' : seen) && seen !== 'open',
  }
}

function remarkOf({ first, begun, since, agreed, seen, flips }: UnstablePath, at: number): string {
  const times = flips === 1 ? 'once' : `${flips} times`
  const turned = flips === 0 ? 'it never changed' : `it changed ${times}`
  if (agreed >= confirmations)
    return `settling: ${first} at first, ${seen} ${seconds(since - begun)} later, and so in ${agreed - 1} further ${agreed === 2 ? 'round' : 'rounds'} (${turned})`
  return `settling: still ${seen} after ${seconds(at - begun)} of new connections (${turned})`
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`
}
