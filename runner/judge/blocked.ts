import {
  aimText,
  causeOf,
  type Evidence,
  fail,
  gravest,
  inconclusive,
  type Look,
  lookAtAddresses,
  type Verdict,
} from './verdict.ts'

/** A path that must be blocked at layer 4: every address of it, with every control, or it is no pass (verdicts.md §4). */
export function judgeBlocked(evidence: Evidence): Verdict {
  const { gap } = evidence.planned
  const looks = lookAtAddresses(evidence)
  const through = looks.filter(({ sight }) => sight.state === 'open' || sight.state === 'leak')
  if (through.length > 0) return somethingPassed(through, looks, evidence)
  if (gap !== undefined) {
    const cause = gap.cause === 'external_name' ? 'no_control' : gap.cause
    return inconclusive(cause, gap.sentence, observed(looks))
  }
  const unknown = gravest(looks)
  if (unknown !== undefined) return inconclusive(causeOf(unknown), unknown.sentence, observed(looks))
  if (looks.length === 0)
    return inconclusive('no_control', 'the source is the only pod behind the target, and a pod always reaches itself')
  return { status: 'pass', seen: 'blocked', control: controlsOf(looks), ...observed(looks) }
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
  const leaks = through.filter(({ sight }) => sight.state === 'leak')
  if (leaks.length === through.length)
    return fail('leak', `leaks: ${leaks.map(ratio).join(', ')}`, { ...more, seen: 'partly' })
  const virtual = looks.filter(({ dial }) => dial.aim.kind === 'virtual')
  const endpoints = through.filter(({ dial }) => dial.aim.kind === 'pod')
  if (virtual.length > 0 && endpoints.length === through.length && virtual.every((look) => !through.includes(look)))
    return fail(
      'service',
      `the Service's own address does not answer, but its endpoints do: ${endpoints.map(named).join(', ')}`,
      more,
    )
  if (seen === 'open') return fail('open', 'open, but it must be blocked', more)
  return fail(
    'open',
    `open at ${through.map(named).join(', ')}, though blocked at ${looks.length - through.length} of its ${looks.length} addresses`,
    more,
  )
}

const named = ({ dial }: Look): string => aimText(dial)

function ratio(look: Look): string {
  const { sight } = look
  return sight.state === 'leak' ? `${aimText(look.dial)} was open in ${sight.open} of ${sight.of} attempts` : ''
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
