import type { CanaryResult } from '../control/canary.ts'
import { enforcementText } from '../result/enforcement.ts'
import type { RunEvent, RunHead } from '../result/events.ts'
import type { PathResult } from '../result/path-result.ts'
import type { Cell } from './grid.ts'

export interface FabricNote {
  readonly scenario: string
  readonly description: string
  readonly policies: number
  readonly notSimulated: readonly string[]
  readonly assumed?: readonly string[]
}

/** What a human-readable report keeps of a run until its end. Of passing paths it keeps only the grid cell. */
export interface CollectedRun {
  head?: RunHead
  readonly fabrics: FabricNote[]
  readonly notices: { readonly scenario?: string; readonly message: string }[]
  readonly canaries: { readonly scenario: string; readonly results: readonly CanaryResult[] }[]
  /** Paths that need attention: failed, inconclusive, or passed with a cause. */
  readonly troubled: PathResult[]
  readonly skipped: PathResult[]
  readonly cells: Cell[]
}

export function emptyRun(): CollectedRun {
  return { fabrics: [], notices: [], canaries: [], troubled: [], skipped: [], cells: [] }
}

/** Adds one event. */
export function enter(collected: CollectedRun, event: RunEvent): void {
  if (event.kind === 'start') collected.head = event.head
  else if (event.kind === 'fabric') collected.fabrics.push({ ...event, policies: event.policies.length })
  else if (event.kind === 'notice') collected.notices.push(event)
  else if (event.kind === 'canary') collected.canaries.push(event)
  else if (event.kind === 'enforced') enterEnforcement(collected, event)
  else if (event.kind === 'path') enterPath(collected, event.result)
  else if (event.kind === 'end') sort(collected)
}

function enterEnforcement(
  collected: CollectedRun,
  { scenario, step, enforcement }: Extract<RunEvent, { kind: 'enforced' }>,
): void {
  const message = enforcementText(step, enforcement)
  if (message !== undefined) collected.notices.push({ scenario, message })
}

/** Sorts the paths by file order at the end, because scenarios run in parallel. */
function sort({ head, fabrics, troubled, skipped }: CollectedRun): void {
  const place = new Map(head?.scenarios.map(({ name }, index) => [name, index]))
  fabrics.sort((a, b) => (place.get(a.scenario) ?? 0) - (place.get(b.scenario) ?? 0))
  for (const paths of [troubled, skipped]) paths.sort((a, b) => a.index - b.index)
}

function enterPath(collected: CollectedRun, result: PathResult): void {
  if (isTroubled(result)) collected.troubled.push(result)
  if (result.status === 'skipped') collected.skipped.push(result)
  const { index, scenario, from, to, status, seen } = result
  collected.cells.push({ index, scenario, from, to, status, seen })
}

/** Whether a path passed or is predicted, without a cause. */
export function isQuiet(result: PathResult): boolean {
  return result.status !== 'skipped' && !isTroubled(result)
}

function isTroubled({ status, cause }: PathResult): boolean {
  return status === 'fail' || status === 'inconclusive' || (status === 'pass' && cause !== undefined)
}
