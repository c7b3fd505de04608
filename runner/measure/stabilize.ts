import { pause } from '../../checks/pause.ts'
import type { Probe, Timing } from '../../fabric/fabric.ts'
import type { Measurement } from '../control/measurement.ts'
import { judge } from '../judge/judge.ts'
import { observe } from '../observe/observe.ts'
import type { SourceKey } from '../plan/planned-check.ts'
import { type PlannedPath, plannedChecksOf } from '../plan/planned-path.ts'
import type { Predict } from '../predict/predict.ts'
import type { Seen } from '../result/path-result.ts'

export interface SettleOptions {
  readonly probes: ReadonlyMap<SourceKey, Probe>
  readonly predict: Predict
  readonly timing: Timing
  /** Until when a path may be measured again, in milliseconds since the epoch. */
  readonly until: number
  readonly now: () => number
  readonly signal: AbortSignal
  /** Called before each round with how many paths are left. */
  readonly onRound?: (left: number) => void
}

export interface Settled {
  readonly measurement: Measurement
  /** What the report says of each path that was not at once as the policies say. */
  readonly remarks: ReadonlyMap<PlannedPath, string>
  /** Paths that had not settled when the run was interrupted, with what the report says of that. */
  readonly interrupted: ReadonlyMap<PlannedPath, string>
}

/** How often in a row a path that changed must be the same, and how long is waited before each time, in milliseconds. */
const confirmations = 2
const periodMs = 200

interface UnstablePath {
  readonly first: Seen
  readonly begun: number
  /** When it began to be as it should, and how often it was so since. */
  since: number
  agreed: number
  seen: Seen
  flips: number
}

/**
 * Measures paths again whose packets do not do what the policies say, by new connections, until they do and did so twice more, or the time is up.
 * Where they do, nothing is waited for: the policies are in force, whatever the scenario expects.
 */
export async function settle(
  paths: readonly PlannedPath[],
  first: Measurement,
  options: SettleOptions,
): Promise<Settled> {
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
    // Half a round: what other paths were seen to do must not go with it.
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

/** Where nothing is predicted the expectation counts instead; where nothing was shown, waiting shows nothing. */
function lookAgain(path: PlannedPath, measurement: Measurement, { probes, predict }: SettleOptions) {
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
