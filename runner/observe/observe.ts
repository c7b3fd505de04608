import type { Observation } from '../../checks/outcome.ts'
import type { Probe } from '../../fabric/fabric.ts'
import { type Dial, type SourceKey, synRepeatMs } from '../plan/dial.ts'
import { mixed, sharedPace } from './pace.ts'

/** Observations of each dial, one per connection, in no particular order. */
export type Sightings = ReadonlyMap<Dial, readonly Observation[]>

export interface ObserveOptions {
  readonly probes: ReadonlyMap<SourceKey, Probe>
  /** New connections that a target's node may see in a second, from all sources together; any number when absent. */
  readonly perSecond?: number | undefined
  readonly signal: AbortSignal
  /** Called when all connections of a dial have been made. */
  readonly onDial?: (dial: Dial, observations: readonly Observation[]) => void
}

/**
 * Runs all dials, one batch per source and all sources at once; connections that did not run are tried once more.
 * A dial whose source is not there, or whose batch ended early twice, lacks observations.
 */
export async function observe(dials: readonly Dial[], options: ObserveOptions): Promise<Sightings> {
  const first = await observeOnce(dials, options)
  const lost = dials.filter((dial) => !whole(dial, first.get(dial)))
  if (lost.length === 0 || options.signal.aborted) return first
  const again = await observeOnce(lost, options)
  const both = lost.map((dial) => [dial, [...(first.get(dial) ?? []).filter(ran), ...(again.get(dial) ?? [])]] as const)
  return new Map([...first, ...both])
}

async function observeOnce(
  dials: readonly Dial[],
  { probes, perSecond, signal, onDial }: ObserveOptions,
): Promise<Sightings> {
  const seen = new Map<Dial, Observation[]>(dials.map((dial) => [dial, []]))
  const paceOf = perSecond === undefined ? () => undefined : sharedPace(dials, perSecond)
  const bySource = Map.groupBy(perSecond === undefined ? dials : mixed(dials), (dial) => dial.source)
  await Promise.all(
    [...bySource].map(async ([source, own]) => {
      const probe = probes.get(source)
      if (probe === undefined) return
      for await (const observation of probe.run(batchOf(own), signal, paceOf(own))) {
        const dial = own[Number.parseInt(observation.id, 10)]
        const list = dial && seen.get(dial)
        if (dial === undefined || list === undefined) continue
        list.push(inTime(dial, observation))
        if (whole(dial, list)) onDial?.(dial, list)
      }
    }),
  )
  return seen
}

/** Where the processor was wanting a deadline is given back, and a connection that came that late may be that of a repeated SYN. */
function inTime(dial: Dial, observation: Observation): Observation {
  const { durations, ...outcome } = observation.outcome
  if (dial.singleSyn !== true || (durations.connect ?? 0) < synRepeatMs || outcome.reason === 'connect_timeout')
    return observation
  const detail = 'the connection was seen too late to tell which endpoint answered: this machine is too busy'
  return { ...observation, outcome: { ...outcome, durations, reason: 'not_run', phase: 'connect', detail } }
}

/** Whether all connections of a dial were made. */
function whole({ connections }: Dial, list: readonly Observation[] = []): boolean {
  return list.length === connections && list.every(ran)
}

function ran({ outcome }: Observation): boolean {
  return outcome.reason !== 'not_run'
}

/** Each connection is a check of its own: `<index of the dial>.<connection>`. */
function batchOf(dials: readonly Dial[]) {
  return dials.flatMap((dial, index) =>
    Array.from({ length: dial.connections }, (_, connection) => ({ ...dial.check, id: `${index}.${connection}` })),
  )
}
