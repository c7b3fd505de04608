import type { World } from '../../fabric/world.ts'
import type { Doubt } from '../judge/judge-paths.ts'
import type { Probes } from '../observe/probes.ts'
import { type PlanEntry, resolveSources, type Stage } from '../plan/stage.ts'
import { measurePaths, type PathMeasurements, planIn, worldNow } from './measure-paths.ts'
import type { StageContext } from './stage-context.ts'
import { pathsAffectedBy } from './world-changes.ts'

/** How long an interrupted run may take to find out whether the cluster changed during the measurement, in milliseconds. */
const lastLookMs = 5_000

/** An entry of the plan with the measurement that counts. */
export interface MeasuredEntry {
  readonly measurements: PathMeasurements
  readonly entry: PlanEntry
  /** Why the result is unknown, if the world keeps changing. */
  readonly doubt?: Doubt | undefined
}

/**
 * On a cluster, which others may change too: measures paths again if they changed during the measurement, and reports those that changed once more.
 * If interrupted, reports which paths were not measured again; the other results stay.
 */
export async function remeasureChanged(first: PathMeasurements, stage: Stage, context: StageContext) {
  const { fabric, scenario, emit, signal } = context
  const plain: MeasuredEntry[] = first.plan.map((entry) => ({ measurements: first, entry }))
  const paths = first.plan.flatMap(({ planned }) => planned)
  const isCut = paths.length > 0 && paths.every((path) => first.interrupted.has(path))
  if (!fabric.capabilities.changesByOthers || isCut) return { measured: plain, probes: first.probes }
  const at = context.now()
  const world = await worldAfter(context)
  if (world === undefined) return { measured: plain.map((each) => ({ ...each, doubt: unread })), probes: first.probes }
  const moved = pathsAffectedBy(first, world, () => planIn(world, first, { stage, context }))
  if (moved.size === 0) return { measured: plain, probes: first.probes }
  if (!signal.aborted) emit({ kind: 'notice', scenario: scenario.name, message: noticeOf(moved) })
  const second = await measureAgain([...moved.keys()], { first, world, at, stage, context })
  const measured = plain.map((each, place): MeasuredEntry => {
    const what = moved.get(place)
    if (what === undefined) return each
    return (
      second?.measured.get(place) ?? { ...each, doubt: { cause: 'world_changed', sentence: `${what} ${neverAgain}` } }
    )
  })
  return { measured, probes: second === undefined ? first.probes : merged(first.probes, second.probes) }
}

const neverAgain = 'while it was measured, and the run was interrupted before it was measured again'

const unread: Doubt = {
  cause: 'not_run',
  sentence: 'the run was interrupted before it was known whether the cluster changed while it was measured',
}

interface Again {
  readonly first: PathMeasurements
  readonly world: World
  /** When the world was read, in milliseconds since the epoch. */
  readonly at: number
  readonly stage: Stage
  readonly context: StageContext
}

/** Measures the entries at these indexes again; undefined if the run is interrupted before the start. */
async function measureAgain(places: readonly number[], { first, world, at, stage, context }: Again) {
  const { scenario, signal } = context
  if (signal.aborted) return undefined
  const before = new Set(first.world.pods.map(({ uid }) => uid))
  const changed = { at, before, policiesAlone: false, isShown: false, isLate: false }
  const resolvedPaths = resolveSources(stage, scenario, world)
  const wanted = places.map((place) => resolvedPaths[place]!)
  try {
    const measurements = await measurePaths(wanted, {
      stage,
      world,
      known: first.probes,
      changed,
      ours: false,
      context,
    })
    const later = await worldAfter(context)
    const movedAgain =
      later &&
      pathsAffectedBy(measurements, later, () => {
        const plan = planIn(later, measurements, { stage, context })
        return places.map((place) => plan[place]!)
      })
    const doubtOf = (index: number): Doubt | undefined => {
      const what = movedAgain?.get(index)
      if (movedAgain === undefined) return unread
      return what === undefined ? undefined : { cause: 'world_changed', sentence: `${what} ${andAgain}` }
    }
    const measured = new Map(
      places.map(
        (place, index) => [place, { measurements, entry: measurements.plan[index]!, doubt: doubtOf(index) }] as const,
      ),
    )
    return { measured, probes: measurements.probes }
  } catch (error) {
    if (!signal.aborted) throw error
    return undefined
  }
}

const andAgain = 'while it was measured, and so when it was measured again'

/** The world after the measurement. An interrupted run tries once more with a short time limit; undefined if that fails. */
async function worldAfter(context: StageContext): Promise<World | undefined> {
  const { signal } = context
  try {
    if (!signal.aborted) return await worldNow(context)
  } catch (error) {
    if (!signal.aborted) throw error
  }
  return worldNow({ ...context, signal: AbortSignal.timeout(lastLookMs) }).catch(() => undefined)
}

function merged(first: Probes, second: Probes): Probes {
  return {
    ready: new Map([...first.ready, ...second.ready]),
    unavailable: new Map([...first.unavailable, ...second.unavailable]),
  }
}

function noticeOf(moved: ReadonlyMap<number, string>): string {
  const what = [...new Set(moved.values())].join('; ')
  return `${what}, while packets were on their way: ${moved.size === 1 ? 'one path is' : `${moved.size} paths are`} measured again`
}
