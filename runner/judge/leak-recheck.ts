import type { Probe } from '../../fabric/fabric.ts'
import type { Measurement } from '../control/measurement.ts'
import { observe } from '../observe/observe.ts'
import type { PlannedPath } from '../plan/planned-path.ts'
import { gotThrough } from './blocked.ts'
import { countText, destinationText, verdictAtEndpoint, verdictsAtAddresses } from './endpoint-verdict.ts'

/** Connections for measuring a leak again without other traffic. Some plugins fail open under a burst (docs/verdicts.md#time). */
const connections = 10

/** Measures each leaking address of a path again without other traffic. Returns one sentence per address. */
export async function remeasured(
  planned: PlannedPath,
  measurement: Measurement,
  { probe, signal }: { readonly probe: Probe; readonly signal: AbortSignal },
): Promise<string[]> {
  const leaks = verdictsAtAddresses({ planned, ...measurement }).filter(
    (endpointVerdict) => gotThrough(endpointVerdict) && endpointVerdict.connectionVerdict.state !== 'open',
  )
  const sentences: string[] = []
  for (const { plannedCheck } of leaks) {
    if (signal.aborted) break
    const alone = { ...plannedCheck, connections }
    const observedConnections = await observe([alone], { probes: new Map([[plannedCheck.source, probe]]), signal })
    if (signal.aborted) break
    const { connectionVerdict } = verdictAtEndpoint(alone, { planned, ...measurement, observedConnections })
    sentences.push(`measured again alone, ${destinationText(plannedCheck)} was open in ${countText(connectionVerdict)}`)
  }
  return sentences
}
