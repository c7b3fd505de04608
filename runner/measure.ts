import type { Fabric, Probe } from '../fabric/fabric.ts'
import type { World } from '../fabric/world.ts'
import { acquaint } from './control/acquaint.ts'
import { assembleControls } from './control/assemble.ts'
import type { Canary } from './control/canary.ts'
import type { Controls } from './control/controls.ts'
import { controlSources } from './control/sources.ts'
import type { TargetControls } from './control/targets.ts'
import { type ObserveOptions, observe, type Sightings } from './observe/observe.ts'
import type { Changed } from './observe/probes.ts'
import type { Dial, SourceKey } from './plan/dial.ts'

export interface MeasureOptions {
  readonly fabric: Fabric
  readonly world: World
  readonly probes: ReadonlyMap<SourceKey, Probe>
  readonly canary: Canary
  /** Asked for as soon as the targets were known: no source has to be up for it. */
  readonly targets: Promise<TargetControls>
  /** The step's change that was made just before. */
  readonly changed?: Changed | undefined
  readonly now: () => number
  readonly signal: AbortSignal
  /** Called whenever a dial has all its observations; the controls follow later. */
  readonly onDial?: (done: number, of: number) => void
  /** Called with the observations of each dial as soon as it has them all, for whoever is interrupted before the controls are there. */
  readonly onSeen?: ObserveOptions['onDial']
}

/** What packets did, and what that can be held against. */
export interface Measurement {
  readonly sightings: Sightings
  readonly controls: Controls
}

/** Runs all dials and, at the same time, what each source reaches at all; the controls of the targets are on their way already. */
export async function measure(dials: readonly Dial[], options: MeasureOptions): Promise<Measurement> {
  const { fabric, canary, signal } = options
  const [targets, seen] = await Promise.all([options.targets, dialAll(dials, options)])
  const overflowed = await fabric.overflowed(signal)
  return {
    sightings: seen.sightings,
    controls: assembleControls({ canary: canary.results, targets, ...seen, overflowed }),
  }
}

/** Sources that policies know, what each of them reaches at all, and what became of its dials. */
async function dialAll(dials: readonly Dial[], options: MeasureOptions) {
  const { fabric, world, probes, canary, changed, now, signal, onDial, onSeen } = options
  const known = await acquaint(probes, { fabric, world, canary, changed, now, signal })
  let done = 0
  const count: ObserveOptions['onDial'] = (dial, observations) => {
    onSeen?.(dial, observations)
    onDial?.(++done, dials.length)
  }
  const { deadlineMs } = fabric.timing.allowed
  const [sources, sightings] = await Promise.all([
    controlSources(probes, { fabric, world, canary, dials, deadlineMs, signal }),
    observe(dials, { probes, signal, onDial: count }),
  ])
  return { known, sources, sightings }
}
