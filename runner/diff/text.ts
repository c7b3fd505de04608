import { table } from '../report/layout.ts'
import type { ReportOptions } from '../report/reporter.ts'
import { sanitizeText } from '../report/sanitize.ts'
import { styleFor } from '../report/style.ts'
import type { Changes, WorkloadChange } from './changes.ts'

/** The changes as three lists and a summary line. */
export function changesText(changes: Changes, look: Pick<ReportOptions, 'colour' | 'unicode' | 'width'>): string {
  const style = styleFor(look)
  const { opens, closes, unclear } = changes
  const row = (change: WorkloadChange) => [
    `  ${sanitizeText(change.from, { ascii: style.ascii })}`,
    style.signs.arrow,
    `${sanitizeText(change.to, { ascii: style.ascii })}:${change.port}/${change.protocol}`,
    remark(change),
  ]
  const list = (title: string, ink: 'pass' | 'fail' | 'inconclusive', all: readonly WorkloadChange[]) =>
    all.length === 0 ? [] : [style.ink(ink, `${title}:`), ...table(all.map(row)), '']
  return [
    ...list('opens', 'pass', opens),
    ...list('closes', 'fail', closes),
    ...list('not certain before, or after', 'inconclusive', unclear),
    summary(changes),
    '',
  ].join('\n')
}

function remark({ before, after, pods, ofPods }: WorkloadChange): string {
  const some = pods < ofPods ? [`${pods} of ${ofPods} pairs of pods`] : []
  const absent = before === 'absent' ? ['new'] : after === 'absent' ? ['gone'] : []
  const unclear = before === 'undefined' || after === 'undefined' ? [`${before}, then ${after}`] : []
  const said = [...absent, ...unclear, ...some].join(', ')
  return said === '' ? '' : `(${said})`
}

function summary({ opens, closes, unclear }: Changes): string {
  if (opens.length + closes.length + unclear.length === 0) return 'no path changes'
  const paths = (count: number) => `${count} ${count === 1 ? 'path' : 'paths'}`
  const more =
    unclear.length === 0 ? '' : `; of ${paths(unclear.length)} it is not certain what the policies mean before or after`
  return `this change opens ${paths(opens.length)} and closes ${paths(closes.length)}${more}`
}
