import { table, wrap } from '../report/layout.ts'
import { sanitizeText } from '../report/sanitize.ts'
import type { Style } from '../report/style.ts'
import type { PathChanges } from './model.ts'

/** Maximum number of lines. */
const most = 12

/** Recent changes with author and time, latest first. */
export function changeLines({ since, until, changes, unread }: PathChanges, style: Style): string[] {
  const clean = (text: string) => sanitizeText(text, { ascii: style.ascii })
  const span = agoText(Date.parse(until) - Date.parse(since))
  const rows = changes
    .slice(0, most)
    .map(({ at, object, what, by }) => [
      `  ${agoText(Date.parse(until) - Date.parse(at))} ago`,
      `${clean(object)}: ${what}`,
      `${by === '' ? '' : `by ${clean(by)}, `}${at}`,
    ])
  const more = changes.length - rows.length
  const nothing = `  nothing on this path: no policy or label of its namespaces, no pod template, Service or endpoint; what was deleted leaves no trace`
  return [
    '',
    `changed in the last ${span}`,
    ...(rows.length === 0 ? [...wrap(nothing.trim(), style.width - 2).map((line) => `  ${line}`)] : table(rows)),
    ...(more > 0 ? [`  and ${more} more, all of them with -o json`] : []),
    ...unread.flatMap((why) => wrap(`not looked at: ${clean(why)}`, style.width - 2).map((line) => `  ${line}`)),
  ]
}

/** `40 s`, `12 min`, `3 h`, `24 h`: whole units. */
function agoText(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000))
  if (seconds < 120) return `${seconds} s`
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`
  return `${Math.floor(seconds / 3600)} h`
}
