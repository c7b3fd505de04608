import { layer4Of, layer4OfOutcome } from '../../checks/layer4.ts'
import type { Outcome, Reason } from '../../checks/outcome.ts'
import { reasonText } from '../../checks/reason-text.ts'
import type { Cause } from '../result/path-result.ts'
import {
  causeOf,
  destinationText,
  type EndpointVerdict,
  type Evidence,
  fail,
  gravest,
  inconclusive,
  type Verdict,
  verdictAtEndpoint,
  verdictsAtAddresses,
} from './endpoint-verdict.ts'

/** Judges a path that must work: by name, and at every ready endpoint (docs/verdicts.md#when-an-open-path-passes). */
export function judgeAllowed(evidence: Evidence): Verdict {
  const { planned, controls } = evidence
  const application = planned.application && verdictAtEndpoint(planned.application, evidence)
  const endpoints = verdictsAtAddresses(evidence)
  const endpointVerdicts = application === undefined ? endpoints : [application, ...endpoints]
  const stuck = gravest(endpointVerdicts)
  if (stuck !== undefined && nothingKnown.has(stuck.cause))
    return inconclusive(causeOf(stuck), stuck.sentence, observed(stuck))
  const broken = endpointVerdicts.filter((endpointVerdict) => !works(endpointVerdict))
  const { unresolvedTarget } = planned
  if (
    broken.length === 0 &&
    (endpointVerdicts.length > 0 || unresolvedTarget === undefined) &&
    application !== undefined
  )
    return passed(application)
  if (broken.length === 0 && endpoints[0] !== undefined) return passed(endpoints[0])
  if (application !== undefined && !works(application)) {
    if (layer4Of(application.connectionVerdict.outcome?.reason ?? 'not_run') === 'name')
      return unresolved(application, evidence)
  }
  if (unresolvedTarget !== undefined && unresolvedTarget.cause !== 'external_name')
    return fail(unresolvedTarget.cause, unresolvedTarget.sentence, {
      seen: 'unknown',
      ...observed(application?.connectionVerdict ?? {}),
    })
  if (endpointVerdicts.length === 0) return inconclusive('no_control', 'the target leads to no address')
  const dead = deadSource(broken, evidence)
  if (dead !== undefined) return inconclusive('source_dead', dead, observed(broken[0]?.connectionVerdict ?? {}))
  return somethingBroken(broken, { application, endpoints, controls })
}

/** Causes that make even a path that must work inconclusive: the check did not run, or its result is no evidence. */
const nothingKnown = new Set(['not_run', 'intercepted', 'overflow', 'late_policies', 'no_route'])

const success = new Set<Reason>(['connected', 'answered', 'udp_answered'])

/** From this many connections on, a single failure counts as a lost packet. */
const many = 20

function works({ connectionVerdict }: EndpointVerdict): boolean {
  if (connectionVerdict.state === 'leak')
    return connectionVerdict.of >= many && connectionVerdict.of - connectionVerdict.open === 1
  return (
    connectionVerdict.state === 'open' &&
    connectionVerdict.outcome !== undefined &&
    success.has(connectionVerdict.outcome.reason)
  )
}

function passed({ connectionVerdict }: EndpointVerdict): Verdict {
  return { status: 'pass', seen: 'open', control: [], ...observed(connectionVerdict) }
}

function observed({ outcome }: { readonly outcome?: Outcome }): Partial<Verdict> {
  return outcome === undefined ? {} : { observed: outcome }
}

/** If the resolver does not respond, the source may be dead. Any response shows that it is alive. */
function unresolved({ connectionVerdict }: EndpointVerdict, { planned, controls }: Evidence): Verdict {
  const { outcome } = connectionVerdict
  const silent = outcome?.reason === 'dns_timeout' || outcome?.reason === 'dns_unreachable'
  const { unresolvedTarget } = planned
  if (silent && unresolvedTarget?.cause === 'no_such_name' && unresolvedTarget.hidden !== true)
    return fail(unresolvedTarget.cause, unresolvedTarget.sentence, { seen: 'unknown', ...observed(connectionVerdict) })
  const alive = controls.sourceAlive(planned.source.key, undefined, 4)
  if (silent && alive.shown === false) return inconclusive('source_dead', alive.sentence, observed(connectionVerdict))
  const answer = reasonText(outcome?.reason ?? 'not_run')
  const sentence = `the name does not resolve: ${answer}${planned.unresolvedTarget === undefined ? '' : `; ${planned.unresolvedTarget.sentence}`}`
  return fail('dns', silent ? `DNS does not answer the source: ${answer}` : sentence, {
    seen: 'unknown',
    ...observed(connectionVerdict),
  })
}

function deadSource(broken: readonly EndpointVerdict[], { planned, controls }: Evidence): string | undefined {
  for (const { plannedCheck, connectionVerdict } of broken) {
    if (
      (connectionVerdict.outcome !== undefined &&
        layer4OfOutcome(connectionVerdict.outcome, plannedCheck.check.kind) === 'open') ||
      plannedCheck.destination.kind === 'name'
    )
      continue
    const node = plannedCheck.destination.kind === 'pod' ? plannedCheck.destination.pod.node : undefined
    const alive = controls.sourceAlive(planned.source.key, node, plannedCheck.destination.socket.family)
    if (alive.shown === false) return alive.sentence
  }
  return undefined
}

interface Looks {
  readonly application: EndpointVerdict | undefined
  readonly endpoints: readonly EndpointVerdict[]
}

function somethingBroken(
  broken: readonly EndpointVerdict[],
  { application, endpoints }: Looks & Pick<Evidence, 'controls'>,
): Verdict {
  const bad = endpoints.filter((endpointVerdict) => broken.includes(endpointVerdict))
  const first = bad[0] ?? (broken[0] as EndpointVerdict)
  const more = {
    ...observed(first.connectionVerdict),
    control: first.connectionVerdict.state === 'blocked' ? first.connectionVerdict.controls : [],
  }
  if (bad.length > 0 && bad.length < endpoints.length && first.connectionVerdict.state !== 'leak') {
    const sentence = `partly open: ${endpoints.length - bad.length} of ${endpoints.length} endpoints answer; not ${bad.map(told).join(', ')}`
    return fail('partly_open', sentence, { ...more, seen: 'partly' })
  }
  if (bad.length === 0 && application !== undefined && endpoints.length > 0) {
    const outcome = application.connectionVerdict.outcome
    const late = lateName(application)
    if (late !== undefined) return fail('dns', late, { ...observed(application.connectionVerdict), seen: 'open' })
    const sentence = `every endpoint answers, but ${destinationText(application.plannedCheck)} does not: ${reasonText(outcome?.reason ?? 'not_run')}${outcome?.address === undefined ? '' : ` at ${outcome.address}`}`
    return fail('service', sentence, { ...observed(application.connectionVerdict), seen: 'partly' })
  }
  const { cause, sentence, seen } = whatIsWrong(first)
  return fail(cause, sentence, { ...more, seen })
}

/** If a name took half of the deadline or more to resolve, too little time was left to connect, so a timeout is no evidence. */
function lateName({ plannedCheck, connectionVerdict }: EndpointVerdict): string | undefined {
  const { reason, durations } = connectionVerdict.outcome ?? {}
  const { resolve = 0 } = durations ?? {}
  if ((reason !== 'connect_timeout' && reason !== 'udp_silent') || resolve < plannedCheck.check.deadlineMs / 2)
    return undefined
  return `DNS is slow: ${destinationText(plannedCheck)} took ${(resolve / 1000).toFixed(1)} s to resolve, which left too little of ${plannedCheck.check.deadlineMs / 1000} s to connect; every endpoint answers`
}

const told = (endpointVerdict: EndpointVerdict): string =>
  `${destinationText(endpointVerdict.plannedCheck)}: ${reasonText(endpointVerdict.connectionVerdict.outcome?.reason ?? 'not_run')}`

function whatIsWrong({ plannedCheck, connectionVerdict }: EndpointVerdict): {
  cause: Cause
  sentence: string
  seen: Verdict['seen']
} {
  const { outcome } = connectionVerdict
  const reason = outcome?.reason ?? 'not_run'
  const detail = outcome?.detail === undefined ? reason : `${reason}: ${outcome.detail}`
  if (reason.startsWith('tls_')) return { cause: 'tls', sentence: `TLS is not as asked (${detail})`, seen: 'open' }
  if (reason.startsWith('http_')) return { cause: 'http', sentence: `HTTP is not as asked (${detail})`, seen: 'open' }
  if (reason === 'reset_after_connect' || reason === 'closed_after_connect')
    return {
      cause: 'closed',
      sentence: `${destinationText(plannedCheck)} accepts the connection and ends it at once (${detail})`,
      seen: 'open',
    }
  if (
    connectionVerdict.state === 'unknown' &&
    (connectionVerdict.cause === 'not_listening' || connectionVerdict.cause === 'target_gone')
  )
    return { cause: connectionVerdict.cause, sentence: connectionVerdict.sentence, seen: 'unknown' }
  if (connectionVerdict.state === 'leak')
    return {
      cause: 'partly_open',
      sentence: `partly open: ${destinationText(plannedCheck)} answered ${connectionVerdict.open} of ${connectionVerdict.of} connections, as if not every endpoint behind it did`,
      seen: 'partly',
    }
  const sentence = `${destinationText(plannedCheck)} must be open: ${reasonText(reason)}`
  if (connectionVerdict.state === 'unknown')
    return { cause: 'blocked', sentence: `${sentence}; ${connectionVerdict.sentence}`, seen: 'unknown' }
  return { cause: 'blocked', sentence: `blocked, but ${sentence}`, seen: 'blocked' }
}
