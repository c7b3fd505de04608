import { layer4OfOutcome } from '../../checks/layer4.ts'
import type { Reason } from '../../checks/outcome.ts'
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

/** Judges a path that must be refused at layer 7 or below, as a service mesh does. */
export function judgeLayer7(evidence: Evidence): Verdict {
  const { planned } = evidence
  const application = planned.application && verdictAtEndpoint(planned.application, evidence)
  const endpointVerdicts =
    application === undefined ? verdictsAtAddresses(evidence) : [application, ...verdictsAtAddresses(evidence)]
  const seen = endpointVerdicts.map((endpointVerdict) => ({ endpointVerdict, state: stateOf(endpointVerdict) }))
  const observed = endpointVerdicts.find(({ connectionVerdict }) => connectionVerdict.outcome !== undefined)
    ?.connectionVerdict.outcome
  const more = observed === undefined ? {} : { observed }
  const served = seen.filter(({ state }) => state === 'served')
  if (served.length > 0) {
    const outcome = served[0]?.endpointVerdict.connectionVerdict.outcome
    const sentence = `served, but it must be refused: ${served.map(({ endpointVerdict }) => destinationText(endpointVerdict.plannedCheck)).join(', ')}`
    return fail('open', sentence, {
      seen: served.length === seen.length ? 'open' : 'partly',
      ...(outcome === undefined ? {} : { observed: outcome }),
    })
  }
  if (planned.unresolvedTarget !== undefined && planned.unresolvedTarget.cause !== 'external_name')
    return inconclusive(planned.unresolvedTarget.cause, planned.unresolvedTarget.sentence, more)
  const unclear = seen.find(({ state }) => state === 'unclear')
  if (unclear !== undefined)
    return inconclusive(
      'http',
      `neither served nor refused: ${unclear.endpointVerdict.connectionVerdict.outcome?.detail}`,
      more,
    )
  const rest = seen.filter(({ state }) => state === 'layer4').map(({ endpointVerdict }) => endpointVerdict)
  const unknown = gravest(rest)
  if (unknown !== undefined) return inconclusive(causeOf(unknown), unknown.sentence, more)
  if (endpointVerdicts.length === 0) return inconclusive('no_control', 'the target leads to no address')
  const control = rest.flatMap(({ connectionVerdict }) =>
    connectionVerdict.state === 'blocked' ? connectionVerdict.controls : [],
  )
  return { status: 'pass', seen: 'blocked', control, ...more }
}

type State = 'served' | 'refused' | 'unclear' | 'layer4'

const refusals = new Set<Reason>([
  'reset_after_connect',
  'closed_after_connect',
  'tls_failed',
  'tls_client_certificate_required',
])
/** RFC 9110 §15.5: unauthorized, forbidden, proxy authentication required. */
const refusing = new Set([401, 403, 407])

function stateOf({ plannedCheck, connectionVerdict }: EndpointVerdict): State {
  const { outcome } = connectionVerdict
  if (
    connectionVerdict.state === 'unknown' ||
    outcome === undefined ||
    layer4OfOutcome(outcome, plannedCheck.check.kind) !== 'open'
  )
    return 'layer4'
  if (refusals.has(outcome.reason)) return 'refused'
  if (outcome.reason === 'tls_timeout' || outcome.reason === 'http_timeout') return 'unclear'
  const { status } = outcome.http ?? {}
  if (status === undefined) return 'served'
  if (refusing.has(status)) return 'refused'
  return status >= 500 ? 'unclear' : 'served'
}
