import { differenceText } from '../plan/pod-places.ts'
import { assumedLine } from '../report/assumed.ts'
import { wrap, wrapHanging } from '../report/layout.ts'
import type { ReportOptions } from '../report/reporter.ts'
import { sanitizeText } from '../report/sanitize.ts'
import { type Style, styleFor } from '../report/style.ts'
import { changeLines } from './changes-text.ts'
import type { Explanation, FixExplanation, HopExplanation, SideExplanation } from './model.ts'

type TextStyle = Pick<ReportOptions, 'colour' | 'unicode' | 'width'>

const answers: Readonly<Record<Explanation['verdict'], string>> = {
  allow: 'policies let it through',
  deny: 'policies block it',
  partly: 'policies let it through to some endpoints, and block it to others',
  unresolved: 'the name does not resolve for this source, so a request fails before it connects',
  undefined: 'the specification leaves it open',
  unreachable: 'nothing is there to be reached, whatever policies say',
}
const placeWords: Readonly<Record<Explanation['verdict'], string>> = {
  allow: 'allowed',
  deny: 'blocked',
  partly: 'partly allowed',
  undefined: 'not known',
  unresolved: 'not resolved',
  unreachable: 'unreachable',
}
const inks = {
  allow: 'pass',
  deny: 'fail',
  partly: 'fail',
  unresolved: 'fail',
  undefined: 'inconclusive',
  unreachable: 'fail',
} as const

/** Renders an explanation for a terminal: the answer, the resolution, both ends, the fix, and the command that proves it. */
export function explanationText(explanation: Explanation, options: TextStyle): string {
  const style = styleFor(options)
  const clean = (text: string) => sanitizeText(text, { ascii: style.ascii })
  const { from, to, verdict, changes, way, dns, hops, assumed, fixes, proof } = explanation
  const lines = [
    `${clean(from)} ${style.signs.arrow} ${clean(to)}: ${style.ink(inks[verdict], answerOf(explanation))}`,
    ...(changes === undefined ? [] : changeLines(changes, style)),
    ...section('before any policy', way, style),
    ...dns.filter((hop) => hop.verdict !== 'allow').flatMap((hop) => hopLines('the question to DNS', hop, style)),
    ...hops.flatMap((hop) => hopLines('', hop, style)),
    ...fixLines(fixes, style),
    ...assumedLine(assumed).flatMap((line) => ['', ...indented(line, 0, style)]),
    '',
    'prove it with packets:',
    `  ${clean(proof)}`,
  ]
  return `${lines.join('\n')}\n`
}

/** Why the result is unknown: something could not be read, is not evaluated, or is left open by the specification. */
function answerOf({ verdict, unread, dependsOn, hops, places }: Explanation): string {
  const difference = differenceText(places.map((each) => ({ place: each.place, word: placeWords[each.verdict] })))
  if (difference !== undefined) return difference
  if (verdict === 'partly' && hops.every((hop) => hop.verdict === 'allow'))
    return 'policies let it through, and at some endpoints nothing listens'
  if (verdict !== 'undefined') return answers[verdict]
  if (unread.length > 0) return 'not known: part of what decides could not be read'
  if (dependsOn[0] !== undefined) return `not known: ${dependsOn[0]}`
  const others = [...new Set(hops.flatMap((hop) => hop.mayBeOverriddenBy))]
  return others.length === 0 ? answers.undefined : `not known: ${others.join(', ')} may decide otherwise`
}

function section(title: string, sentences: readonly string[], style: Style): string[] {
  return sentences.length === 0 ? [] : ['', title, ...sentences.flatMap((sentence) => indented(sentence, 2, style))]
}

function indented(sentence: string, by: number, style: Style): string[] {
  return wrapHanging(sanitizeText(sentence, { ascii: style.ascii }), style.width - by).map(
    (line) => ' '.repeat(by) + line,
  )
}

function hopLines(title: string, { to, verdict, sides, remarks }: HopExplanation, style: Style): string[] {
  const [first = '', ...more] = to
  const where = `${first}${more.length === 0 ? '' : ` and ${more.length} more like it`}`
  const word = { allow: 'open', deny: 'blocked', undefined: 'not known' }[verdict]
  const head = `${title === '' ? '' : `${title}: `}${sanitizeText(where, { ascii: style.ascii })}`
  return [
    '',
    `${head}: ${style.ink(inks[verdict], word)}`,
    ...sides.flatMap((side) => sideLines(side, style)),
    ...remarks.flatMap((remark) => indented(remark, 2, style)),
  ]
}

function sideLines({ direction, allowed, why, nearestMiss, others }: SideExplanation, style: Style): string[] {
  const mark = style.marks[allowed ? 'pass' : 'fail']
  const way = direction === 'egress' ? 'out' : 'in '
  return [
    ...indented(`${mark} ${way}  ${why}`, 2, style),
    ...(nearestMiss === undefined ? [] : [...indented(`nearest miss: ${nearestMiss}`, 9, style)]),
    ...others.slice(0, 6).flatMap((other) => indented(other, 9, style)),
    ...(others.length > 6 ? [`         and ${others.length - 6} more, all of them with -o json`] : []),
  ]
}

/** The best fix in full, the others in one line each. */
function fixLines([best, ...others]: readonly FixExplanation[], style: Style): string[] {
  if (best === undefined) return []
  const rest = others.map(({ what, ...effects }) => `or ${what.join('; ')} (${effectText(effects)})`)
  const word = best.verdict === 'allow' ? 'open' : 'block'
  const clean = (text: string) => sanitizeText(text, { ascii: style.ascii })
  return [
    '',
    ...wrap(clean(`fix: what would ${word} it: ${best.what.join('; and ')}`), style.width),
    ...effectLines(best, style),
    ...[...best.replace, ...best.remarks].flatMap((line) => indented(line, 2, style)),
    ...best.remains.flatMap((line) => indented(`next obstacle: ${line}`, 2, style)),
    ...best.lint.flatMap((line) => indented(`lint finds here: ${line}`, 2, style)),
    '',
    ...best.yaml.trimEnd().split('\n').map(clean),
    ...(rest.length === 0 ? [] : ['', ...rest.flatMap((line) => indented(line, 0, style))]),
  ]
}

function effectText({ opens, closes, unclear, remains, replace }: Omit<FixExplanation, 'what'>): string {
  const parts = [
    ...(remains.length === 0 ? [] : ['another obstacle remains']),
    ...(replace.length === 0 ? [] : ['an address has to be filled in']),
    ...(opens.length === 0 ? [] : [`opens ${opens.length} other ${opens.length === 1 ? 'path' : 'paths'}`]),
    ...(closes.length === 0 ? [] : [`closes ${closes.length}`]),
    ...(unclear.length === 0 ? [] : [`${unclear.length} unclear`]),
  ]
  return parts.length === 0 ? 'changes no other path' : parts.join(', ')
}

function effectLines(fix: FixExplanation, style: Style): string[] {
  const list = (title: string, paths: readonly string[]) =>
    paths.length === 0
      ? []
      : [
          `  ${title}:`,
          ...paths.slice(0, 10).flatMap((path) => indented(path, 4, style)),
          ...(paths.length > 10 ? [`    and ${paths.length - 10} more, all of them with -o json`] : []),
        ]
  const lines = [
    ...list('it also opens', fix.opens),
    ...list('it also closes', fix.closes),
    ...list('not certain before it, or after it', fix.unclear),
  ]
  return lines.length === 0 ? ['  it changes no other path'] : lines
}
