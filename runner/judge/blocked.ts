import { reasonText } from '../../checks/reason-text.ts'
import type { Unknown } from './connection-verdict.ts'
import {
  aimText,
  causeOf,
  countText,
  type Evidence,
  fail,
  gravest,
  inconclusive,
  type Look,
  lookAtAddresses,
  type Verdict,
} from './endpoint-verdict.ts'

/** Why nothing is known of a path whose target is the source itself. */
export const onlyItself = 'the source is itself behind the target, and a pod always reaches itself'

/** A path that must be blocked at layer 4: every address of it, with every control, or it is no pass (docs/verdicts.md#when-a-block-counts). */
export function judgeBlocked(evidence: Evidence): Verdict {
  const { gap } = evidence.planned
  const looks = lookAtAddresses(evidence)
  const through = looks.filter(gotThrough)
  if (through.length > 0) return somethingPassed(through, looks, evidence)
  const unknown = gravest(looks)
  if (gap !== undefined && (gap.declared !== true || unknown !== undefined)) {
    const cause = gap.cause === 'external_name' ? 'no_control' : gap.cause
    return inconclusive(cause, gap.sentence, observed(looks))
  }
  if (unknown !== undefined)
    return inconclusive(causeOf(unknown), `${unknown.sentence}${offer(unknown.cause, evidence)}`, observed(looks))
  if (looks.length === 0) return inconclusive('self', onlyItself)
  return { status: 'pass', seen: 'blocked', control: controlsOf(looks), ...observed(looks) }
}

/** Also where so little is known of an address that a path which must work would be undecided: one connection that got through is a leak. */
export function gotThrough({ sight }: Look): boolean {
  if (sight.state === 'unknown') return sight.cause === 'not_run' && sight.open + sight.late > 0
  return sight.state !== 'blocked'
}

function somethingPassed(through: readonly Look[], looks: readonly Look[], { controls }: Evidence): Verdict {
  const first = through[0] as Look
  const seen = through.length === looks.length ? 'open' : 'partly'
  const more = { seen, observed: first.sight.outcome } as const
  const node = first.dial.aim.kind === 'pod' ? first.dial.aim.pod.node : undefined
  const family = first.dial.aim.kind === 'name' ? 4 : first.dial.aim.socket.family
  const enforced = controls.enforced(node, family)
  if (enforced.shown === false)
    return inconclusive('not_enforced', `open, but that says nothing here: ${enforced.sentence}`, more)
  const leaks = through.filter(({ sight }) => sight.state !== 'open')
  if (leaks.length === through.length)
    return fail('leak', `leaks: ${leaks.map(leakText).join(', ')}`, { ...more, seen: 'partly' })
  const endpoints = looks.filter(({ dial }) => dial.aim.kind !== 'virtual')
  if (
    endpoints.length < looks.length &&
    through.length === endpoints.length &&
    endpoints.every((look) => through.includes(look))
  )
    return fail(
      'service',
      `the Service's own address does not answer, but its endpoints do: ${endpoints.map(named).join(', ')}`,
      more,
    )
  if (first.dial.check.kind === 'dns')
    return fail('open', `a DNS server answers, but it must be blocked: ${through.map(named).join(', ')}`, more)
  if (seen === 'open') return fail('open', openText(looks), more)
  return fail(
    'open',
    `open at ${through.map(named).join(', ')}, though blocked at ${looks.length - through.length} of its ${looks.length} addresses`,
    more,
  )
}

function named({ dial }: Look): string {
  return `${aimText(dial)}${dial.aim.kind === 'pod' && !dial.aim.ready ? ', which is not ready' : ''}`
}

/** What would give the evidence that is missing: beyond the cluster only another source can show that somebody listens. */
function offer(cause: Unknown, { planned, sightings }: Evidence): string {
  const { witnesses, path } = planned
  if (cause !== 'no_control' || planned.addresses.every(({ aim }) => aim.kind === 'pod' || aim.kind === 'virtual'))
    return ''
  if (path.control === undefined) return '; name a source that reaches it as control: { from: … }'
  const saw = witnesses.flatMap((dial) => sightings.get(dial) ?? []).map(({ outcome }) => reasonText(outcome.reason))
  return `; its control ${path.control.name} did not either: ${[...new Set(saw)].join(', ') || 'it did not run'}`
}

function leakText({ dial, sight }: Look): string {
  return `${aimText(dial)} was open in ${countText(sight)}`
}

function openText(looks: readonly Look[]): string {
  const short = looks.filter(({ sight }) => sight.notRun > 0)
  if (short.length === 0) return 'every new connection got through'
  return `every new connection that ran got through: ${short.map(({ dial, sight }) => `${aimText(dial)} ${countText(sight)}`).join(', ')}`
}

function observed(looks: readonly Look[]): Partial<Verdict> {
  const outcome = looks.find(({ sight }) => sight.outcome !== undefined)?.sight.outcome
  return outcome === undefined ? {} : { observed: outcome }
}

/** Each kind of evidence once. */
function controlsOf(looks: readonly Look[]): Verdict['control'] {
  const all = looks.flatMap(({ sight }) => (sight.state === 'blocked' ? sight.controls : []))
  return [...new Map(all.map((shown) => [shown.sentence, shown])).values()]
}
