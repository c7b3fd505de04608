import type { Probe } from '../../fabric/fabric.ts'
import type { Measurement } from '../control/measurement.ts'
import { observe } from '../observe/observe.ts'
import type { PlannedPath } from '../plan/planned-path.ts'
import { gotThrough } from './blocked.ts'
import { aimText, countText, lookAt, lookAtAddresses } from './endpoint-verdict.ts'

/** Connections of a leak that is measured again, alone: some plugins fail open under a burst (docs/verdicts.md#time). */
const connections = 10

/** What each leaking address of the path does when nothing else is dialled, as sentences. */
export async function remeasured(
  planned: PlannedPath,
  measurement: Measurement,
  { probe, signal }: { readonly probe: Probe; readonly signal: AbortSignal },
): Promise<string[]> {
  const leaks = lookAtAddresses({ planned, ...measurement }).filter(
    (look) => gotThrough(look) && look.sight.state !== 'open',
  )
  const sentences: string[] = []
  for (const { dial } of leaks) {
    if (signal.aborted) break
    const alone = { ...dial, connections }
    const sightings = await observe([alone], { probes: new Map([[dial.source, probe]]), signal })
    if (signal.aborted) break
    const { sight } = lookAt(alone, { planned, ...measurement, sightings })
    sentences.push(`measured again alone, ${aimText(dial)} was open in ${countText(sight)}`)
  }
  return sentences
}
