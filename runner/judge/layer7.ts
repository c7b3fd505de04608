import { layer4OfOutcome } from '../../checks/layer4.ts'
import type { Reason } from '../../checks/outcome.ts'
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

/** A path that must be refused, at layer 7 at the latest: what a service mesh does. */
export function judgeLayer7(evidence: Evidence): Verdict {
  const { planned } = evidence
  const application = planned.application && lookAt(planned.application, evidence)
  const looks = application === undefined ? lookAtAddresses(evidence) : [application, ...lookAtAddresses(evidence)]
  const seen = looks.map((look) => ({ look, state: stateOf(look) }))
  const observed = looks.find(({ sight }) => sight.outcome !== undefined)?.sight.outcome
  const more = observed === undefined ? {} : { observed }
  const served = seen.filter(({ state }) => state === 'served')
  if (served.length > 0) {
    const outcome = served[0]?.look.sight.outcome
    const sentence = `served, but it must be refused: ${served.map(({ look }) => aimText(look.dial)).join(', ')}`
    return fail('open', sentence, {
      seen: served.length === seen.length ? 'open' : 'partly',
      ...(outcome === undefined ? {} : { observed: outcome }),
    })
  }
  if (planned.gap !== undefined && planned.gap.cause !== 'external_name')
    return inconclusive(planned.gap.cause, planned.gap.sentence, more)
  const unclear = seen.find(({ state }) => state === 'unclear')
  if (unclear !== undefined)
    return inconclusive('http', `neither served nor refused: ${unclear.look.sight.outcome?.detail}`, more)
  const rest = seen.filter(({ state }) => state === 'layer4').map(({ look }) => look)
  const unknown = gravest(rest)
  if (unknown !== undefined) return inconclusive(causeOf(unknown), unknown.sentence, more)
  if (looks.length === 0) return inconclusive('no_control', 'the target leads to no address')
  const control = rest.flatMap(({ sight }) => (sight.state === 'blocked' ? sight.controls : []))
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

function stateOf({ dial, sight }: Look): State {
  const { outcome } = sight
  if (sight.state === 'unknown' || outcome === undefined || layer4OfOutcome(outcome, dial.check.kind) !== 'open')
    return 'layer4'
  if (refusals.has(outcome.reason)) return 'refused'
  if (outcome.reason === 'tls_timeout' || outcome.reason === 'http_timeout') return 'unclear'
  const { status } = outcome.http ?? {}
  if (status === undefined) return 'served'
  if (refusing.has(status)) return 'refused'
  return status >= 500 ? 'unclear' : 'served'
}
