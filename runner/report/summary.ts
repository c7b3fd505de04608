import type { Summary } from '../result/events.ts'
import type { Style } from './style.ts'

/** `12 passed, 2 failed, 1 inconclusive in 3.2 s`; counts of zero are omitted. */
export function summaryText(summary: Summary, style: Pick<Style, 'ink'>): string {
  const { pass, fail, inconclusive, predicted, skipped, seconds, interrupted } = summary
  const parts = [
    pass > 0 || fail + inconclusive + predicted === 0 ? style.ink('pass', `${pass} passed`) : undefined,
    fail > 0 ? style.ink('fail', `${fail} failed`) : undefined,
    inconclusive > 0 ? style.ink('inconclusive', `${inconclusive} inconclusive`) : undefined,
    predicted > 0 ? style.ink('predicted', `${predicted} predicted`) : undefined,
    skipped > 0 ? style.ink('skipped', `${skipped} skipped`) : undefined,
  ]
  const broken = interrupted ? '; interrupted' : ''
  return `${parts.filter((part) => part !== undefined).join(', ')} in ${seconds.toFixed(1)} s${broken}`
}
