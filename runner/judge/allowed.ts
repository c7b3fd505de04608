import { layer4Of, layer4OfOutcome } from '../../checks/layer4.ts'
import type { Outcome, Reason } from '../../checks/outcome.ts'
import { reasonText } from '../../checks/reason-text.ts'
import type { Cause } from '../result/path-result.ts'
import {
  aimText,
  causeOf,
  type Evidence,
  fail,
  gravest,
  inconclusive,
  type Look,
  lookAt,
  lookAtAddresses,
  type Verdict,
} from './endpoint-verdict.ts'

/** A path that must work: by its name, and at every ready endpoint behind it (docs/verdicts.md#when-an-open-path-passes). */
export function judgeAllowed(evidence: Evidence): Verdict {
  const { planned, controls } = evidence
  const application = planned.application && lookAt(planned.application, evidence)
  const endpoints = lookAtAddresses(evidence)
  const looks = application === undefined ? endpoints : [application, ...endpoints]
  const stuck = gravest(looks)
  if (stuck !== undefined && nothingKnown.has(stuck.cause))
    return inconclusive(causeOf(stuck), stuck.sentence, observed(stuck))
  const broken = looks.filter((look) => !works(look))
  const { gap } = planned
  if (broken.length === 0 && (looks.length > 0 || gap === undefined) && application !== undefined)
    return passed(application)
  if (broken.length === 0 && endpoints[0] !== undefined) return passed(endpoints[0])
  if (application !== undefined && !works(application)) {
    if (layer4Of(application.sight.outcome?.reason ?? 'not_run') === 'name') return unresolved(application, evidence)
  }
  if (gap !== undefined && gap.cause !== 'external_name')
    return fail(gap.cause, gap.sentence, { seen: 'unknown', ...observed(application?.sight ?? {}) })
  if (looks.length === 0) return inconclusive('no_control', 'the target leads to no address')
  const dead = deadSource(broken, evidence)
  if (dead !== undefined) return inconclusive('source_dead', dead, observed(broken[0]?.sight ?? {}))
  return somethingBroken(broken, { application, endpoints, controls })
}

/** What leaves even a path that must work undecided: nothing was tried, or what was tried says nothing. */
const nothingKnown = new Set(['not_run', 'intercepted', 'overflow', 'late_policies', 'no_route'])

const success = new Set<Reason>(['connected', 'answered', 'udp_answered'])

/** Connections among which one that fails is a lost packet. */
const many = 20

function works({ sight }: Look): boolean {
  if (sight.state === 'leak') return sight.of >= many && sight.of - sight.open === 1
  return sight.state === 'open' && sight.outcome !== undefined && success.has(sight.outcome.reason)
}

function passed({ sight }: Look): Verdict {
  return { status: 'pass', seen: 'open', control: [], ...observed(sight) }
}

function observed({ outcome }: { readonly outcome?: Outcome }): Partial<Verdict> {
  return outcome === undefined ? {} : { observed: outcome }
}

/** A silent resolver can mean that the source is dead; an answer of any kind cannot. */
function unresolved({ sight }: Look, { planned, controls }: Evidence): Verdict {
  const { outcome } = sight
  const silent = outcome?.reason === 'dns_timeout' || outcome?.reason === 'dns_unreachable'
  const { gap } = planned
  if (silent && gap?.cause === 'no_such_name' && gap.hidden !== true)
    return fail(gap.cause, gap.sentence, { seen: 'unknown', ...observed(sight) })
  const alive = controls.sourceAlive(planned.source.key, undefined, 4)
  if (silent && alive.shown === false) return inconclusive('source_dead', alive.sentence, observed(sight))
  const answer = reasonText(outcome?.reason ?? 'not_run')
  const sentence = `the name does not resolve: ${answer}${planned.gap === undefined ? '' : `; ${planned.gap.sentence}`}`
  return fail('dns', silent ? `DNS does not answer the source: ${answer}` : sentence, {
    seen: 'unknown',
    ...observed(sight),
  })
}

function deadSource(broken: readonly Look[], { planned, controls }: Evidence): string | undefined {
  for (const { dial, sight } of broken) {
    if (
      (sight.outcome !== undefined && layer4OfOutcome(sight.outcome, dial.check.kind) === 'open') ||
      dial.aim.kind === 'name'
    )
      continue
    const node = dial.aim.kind === 'pod' ? dial.aim.pod.node : undefined
    const alive = controls.sourceAlive(planned.source.key, node, dial.aim.socket.family)
    if (alive.shown === false) return alive.sentence
  }
  return undefined
}

interface Looks {
  readonly application: Look | undefined
  readonly endpoints: readonly Look[]
}

function somethingBroken(
  broken: readonly Look[],
  { application, endpoints }: Looks & Pick<Evidence, 'controls'>,
): Verdict {
  const bad = endpoints.filter((look) => broken.includes(look))
  const first = bad[0] ?? (broken[0] as Look)
  const more = { ...observed(first.sight), control: first.sight.state === 'blocked' ? first.sight.controls : [] }
  if (bad.length > 0 && bad.length < endpoints.length && first.sight.state !== 'leak') {
    const sentence = `partly open: ${endpoints.length - bad.length} of ${endpoints.length} endpoints answer; not ${bad.map(told).join(', ')}`
    return fail('partly_open', sentence, { ...more, seen: 'partly' })
  }
  if (bad.length === 0 && application !== undefined && endpoints.length > 0) {
    const outcome = application.sight.outcome
    const late = lateName(application)
    if (late !== undefined) return fail('dns', late, { ...observed(application.sight), seen: 'open' })
    const sentence = `every endpoint answers, but ${aimText(application.dial)} does not: ${reasonText(outcome?.reason ?? 'not_run')}${outcome?.address === undefined ? '' : ` at ${outcome.address}`}`
    return fail('service', sentence, { ...observed(application.sight), seen: 'partly' })
  }
  const { cause, sentence, seen } = whatIsWrong(first)
  return fail(cause, sentence, { ...more, seen })
}

/** A name that took most of the time to resolve left too little of it for the connection, whose silence then says nothing. */
function lateName({ dial, sight }: Look): string | undefined {
  const { reason, durations } = sight.outcome ?? {}
  const { resolve = 0 } = durations ?? {}
  if ((reason !== 'connect_timeout' && reason !== 'udp_silent') || resolve < dial.check.deadlineMs / 2) return undefined
  return `DNS is slow: ${aimText(dial)} took ${(resolve / 1000).toFixed(1)} s to resolve, which left too little of ${dial.check.deadlineMs / 1000} s to connect; every endpoint answers`
}

const told = (look: Look): string => `${aimText(look.dial)}: ${reasonText(look.sight.outcome?.reason ?? 'not_run')}`

function whatIsWrong({ dial, sight }: Look): { cause: Cause; sentence: string; seen: Verdict['seen'] } {
  const { outcome } = sight
  const reason = outcome?.reason ?? 'not_run'
  const detail = outcome?.detail === undefined ? reason : `${reason}: ${outcome.detail}`
  if (reason.startsWith('tls_')) return { cause: 'tls', sentence: `TLS is not as asked (${detail})`, seen: 'open' }
  if (reason.startsWith('http_')) return { cause: 'http', sentence: `HTTP is not as asked (${detail})`, seen: 'open' }
  if (reason === 'reset_after_connect' || reason === 'closed_after_connect')
    return {
      cause: 'closed',
      sentence: `${aimText(dial)} accepts the connection and ends it at once (${detail})`,
      seen: 'open',
    }
  if (sight.state === 'unknown' && (sight.cause === 'not_listening' || sight.cause === 'target_gone'))
    return { cause: sight.cause, sentence: sight.sentence, seen: 'unknown' }
  if (sight.state === 'leak')
    return {
      cause: 'partly_open',
      sentence: `partly open: ${aimText(dial)} answered ${sight.open} of ${sight.of} connections, as if not every endpoint behind it did`,
      seen: 'partly',
    }
  const sentence = `${aimText(dial)} must be open: ${reasonText(reason)}`
  if (sight.state === 'unknown')
    return { cause: 'blocked', sentence: `${sentence}; ${sight.sentence}`, seen: 'unknown' }
  return { cause: 'blocked', sentence: `blocked, but ${sentence}`, seen: 'blocked' }
}
