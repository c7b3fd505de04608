import { movedSince } from './moved.ts'
import type { Probes } from './observe/probes.ts'
import { castPaths, type PlanEntry, type Stage } from './plan/stage.ts'
import type { StageContext } from './stage-context.ts'
import { planIn, type Take, takePaths, worldNow } from './take.ts'

/** An entry of the plan, and the look at it that counts. */
export interface Taken {
  readonly take: Take
  readonly entry: PlanEntry
  /** What happened while it was measured, again. */
  readonly moved?: string | undefined
}

/** Of a cluster, in which others work too: measures once more what changed in the meantime, and tells what changed again. */
export async function retake(first: Take, stage: Stage, context: StageContext) {
  const { fabric, scenario, emit, now, signal } = context
  const plain: Taken[] = first.plan.map((entry) => ({ take: first, entry }))
  if (fabric.where === 'lab' || signal.aborted) return { takes: plain, probes: first.probes }
  const at = now()
  const world = await worldNow(context)
  const moved = movedSince(first, world, () => planIn(world, first, { stage, context }))
  if (moved.size === 0) return { takes: plain, probes: first.probes }
  emit({ kind: 'notice', scenario: scenario.name, message: noticeOf(moved) })
  const before = new Set(first.world.pods.map(({ uid }) => uid))
  const changed = { at, before, policiesAlone: false, isShown: false, isLate: false }
  const cast = castPaths(stage, scenario, world)
  const places = [...moved.keys()]
  const options = { stage, world, known: first.probes, changed, ours: false, context }
  const second = await takePaths(
    places.map((place) => cast[place]!),
    options,
  )
  const later = signal.aborted ? world : await worldNow(context)
  const movedAgain = movedSince(second, later, () => {
    const plan = planIn(later, second, { stage, context })
    return places.map((place) => plan[place]!)
  })
  const takes = plain.map((each, place): Taken => {
    const index = places.indexOf(place)
    return index < 0 ? each : { take: second, entry: second.plan[index]!, moved: movedAgain.get(index) }
  })
  return { takes, probes: merged(first.probes, second.probes) }
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
