import type { Observation } from '../../checks/outcome.ts'
import type { Probe } from '../../fabric/fabric.ts'
import type { Dial, SourceKey } from '../plan/dial.ts'

/** Observations of each dial, one per connection, in no particular order. */
export type Sightings = ReadonlyMap<Dial, readonly Observation[]>

export interface ObserveOptions {
  readonly probes: ReadonlyMap<SourceKey, Probe>
  readonly signal: AbortSignal
  /** Called when all connections of a dial have been seen. */
  readonly onDial?: (dial: Dial, observations: readonly Observation[]) => void
}

/** Runs all dials, one batch per source and all sources at once. A dial whose source is not there, or whose batch ended early, has no observations. */
export async function observe(dials: readonly Dial[], { probes, signal, onDial }: ObserveOptions): Promise<Sightings> {
  const seen = new Map<Dial, Observation[]>(dials.map((dial) => [dial, []]))
  const bySource = Map.groupBy(dials, (dial) => dial.source)
  await Promise.all(
    [...bySource].map(async ([source, own]) => {
      const probe = probes.get(source)
      if (probe === undefined) return
      for await (const observation of probe.run(batchOf(own), signal)) {
        const dial = own[Number.parseInt(observation.id, 10)]
        const list = dial && seen.get(dial)
        if (dial === undefined || list === undefined) continue
        list.push(observation)
        if (list.length === dial.connections) onDial?.(dial, list)
      }
    }),
  )
  return seen
}

/** Each connection is a check of its own: `<index of the dial>.<connection>`. */
function batchOf(dials: readonly Dial[]) {
  return dials.flatMap((dial, index) =>
    Array.from({ length: dial.connections }, (_, connection) => ({ ...dial.check, id: `${index}.${connection}` })),
  )
}
