import type { Observation } from '../../checks/outcome.ts'
import type { Probe } from '../../fabric/fabric.ts'
import { type Dial, isLate, type SourceKey } from '../plan/planned-check.ts'
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
 * Runs all dials, one batch per source and all sources at once; connections that did not run, or were seen too late, are tried once more.
 * A dial whose source is not there, or whose batch ended early twice, lacks observations.
 */
export async function observe(dials: readonly Dial[], options: ObserveOptions): Promise<Sightings> {
  const first = await observeOnce(dials, options)
  const lost = dials.filter((dial) => !whole(dial, first.get(dial)))
  if (lost.length === 0 || options.signal.aborted) return first
  const again = await observeOnce(lost, options)
  const both = lost.map((dial) => {
    const kept = (first.get(dial) ?? []).filter((each) => counts(dial, each))
    return [dial, [...kept, ...(again.get(dial) ?? [])]] as const
  })
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
        list.push(observation)
        if (whole(dial, list)) onDial?.(dial, list)
      }
    }),
  )
  return seen
}

/** Whether all connections of a dial were made. */
function whole(dial: Dial, list: readonly Observation[] = []): boolean {
  return list.length === dial.connections && list.every((each) => counts(dial, each))
}

/** Whether a connection ran, and was seen in time. */
function counts(dial: Dial, { outcome }: Observation): boolean {
  return outcome.reason !== 'not_run' && !isLate(dial, outcome)
}

/** Each connection is a check of its own: `<index of the dial>.<connection>`. */
function batchOf(dials: readonly Dial[]) {
  return dials.flatMap((dial, index) =>
    Array.from({ length: dial.connections }, (_, connection) => ({ ...dial.check, id: `${index}.${connection}` })),
  )
}
