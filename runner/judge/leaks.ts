import type { Probe } from '../../fabric/fabric.ts'
import type { Measurement } from '../measure.ts'
import { observe } from '../observe/observe.ts'
import type { PlannedPath } from '../plan/paths.ts'
import { layer4OfOutcome } from './evidence.ts'
import { aimText, lookAtAddresses } from './verdict.ts'

/** Connections of a leak that is measured again, alone: some plugins fail open under a burst (verdicts.md §5). */
const connections = 10

/** What each leaking address of the path does when nothing else is dialled, as sentences. */
export async function remeasured(
  planned: PlannedPath,
  measurement: Measurement,
  { probe, signal }: { readonly probe: Probe; readonly signal: AbortSignal },
): Promise<string[]> {
  const leaks = lookAtAddresses({ planned, ...measurement }).filter(({ sight }) => sight.state === 'leak')
  const sentences: string[] = []
  for (const { dial } of leaks) {
    if (signal.aborted) break
    const alone = { ...dial, connections }
    const sightings = await observe([alone], { probes: new Map([[dial.source, probe]]), signal })
    if (signal.aborted) break
    const outcomes = (sightings.get(alone) ?? []).map(({ outcome }) => layer4OfOutcome(outcome, dial.check.kind))
    const open = outcomes.filter((seen) => seen === 'open').length
    sentences.push(`measured again alone, ${aimText(dial)} was open in ${open} of ${outcomes.length} attempts`)
  }
  return sentences
}
