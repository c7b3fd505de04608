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

/** What a report for people keeps of a run until its end. Of paths that passed, it keeps their place in the grid alone. */
export interface Ledger {
  head?: RunHead
  readonly fabrics: FabricNote[]
  readonly notices: { readonly scenario?: string; readonly message: string }[]
  readonly canaries: { readonly scenario: string; readonly results: readonly CanaryResult[] }[]
  /** Paths that somebody has to look at: failed, not known, or passed with a cause. */
  readonly troubled: PathResult[]
  readonly skipped: PathResult[]
  readonly cells: Cell[]
}

export function emptyLedger(): Ledger {
  return { fabrics: [], notices: [], canaries: [], troubled: [], skipped: [], cells: [] }
}

/** Enters one event. */
export function enter(ledger: Ledger, event: RunEvent): void {
  if (event.kind === 'start') ledger.head = event.head
  else if (event.kind === 'fabric') ledger.fabrics.push({ ...event, policies: event.policies.length })
  else if (event.kind === 'notice') ledger.notices.push(event)
  else if (event.kind === 'canary') ledger.canaries.push(event)
  else if (event.kind === 'enforced') enterEnforcement(ledger, event)
  else if (event.kind === 'path') enterPath(ledger, event.result)
  else if (event.kind === 'end') sort(ledger)
}

function enterEnforcement(
  ledger: Ledger,
  { scenario, step, enforcement }: Extract<RunEvent, { kind: 'enforced' }>,
): void {
  const message = enforcementText(step, enforcement)
  if (message !== undefined) ledger.notices.push({ scenario, message })
}

/** Scenarios run side by side: at the end everything stands in the order of the files. */
function sort({ head, fabrics, troubled, skipped }: Ledger): void {
  const place = new Map(head?.scenarios.map(({ name }, index) => [name, index]))
  fabrics.sort((a, b) => (place.get(a.scenario) ?? 0) - (place.get(b.scenario) ?? 0))
  for (const paths of [troubled, skipped]) paths.sort((a, b) => a.index - b.index)
}

function enterPath(ledger: Ledger, result: PathResult): void {
  if (isTroubled(result)) ledger.troubled.push(result)
  if (result.status === 'skipped') ledger.skipped.push(result)
  const { index, scenario, from, to, status, seen } = result
  ledger.cells.push({ index, scenario, from, to, status, seen })
}

/** Passed or predicted, and nothing to look at. */
export function isQuiet(result: PathResult): boolean {
  return result.status !== 'skipped' && !isTroubled(result)
}

function isTroubled({ status, cause }: PathResult): boolean {
  return status === 'fail' || status === 'inconclusive' || (status === 'pass' && cause !== undefined)
}
