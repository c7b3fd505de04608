import { reasonText } from '../../checks/reason-text.ts'
import type { Unknown } from './connection-verdict.ts'
import {
  causeOf,
  countText,
  destinationText,
  type EndpointVerdict,
  type Evidence,
  fail,
  gravest,
  inconclusive,
  type Verdict,
  verdictsAtAddresses,
} from './endpoint-verdict.ts'

/** Why a path is inconclusive if its only target is the source itself. */
export const onlyItself = 'the source is itself behind the target, and a pod always reaches itself'

/**
 * Judges a path that must be blocked at layer 4. It passes only if every address is blocked, with every control
 * (docs/verdicts.md#when-a-block-counts).
 */
export function judgeBlocked(evidence: Evidence): Verdict {
  const { unresolvedTarget } = evidence.planned
  const endpointVerdicts = verdictsAtAddresses(evidence)
  const through = endpointVerdicts.filter(gotThrough)
  if (through.length > 0) return somethingPassed(through, endpointVerdicts, evidence)
  const unknown = gravest(endpointVerdicts)
  if (unresolvedTarget !== undefined && (unresolvedTarget.declared !== true || unknown !== undefined)) {
    const cause = unresolvedTarget.cause === 'external_name' ? 'no_control' : unresolvedTarget.cause
    return inconclusive(cause, unresolvedTarget.sentence, observed(endpointVerdicts))
  }
  if (unknown !== undefined)
    return inconclusive(
      causeOf(unknown),
      `${unknown.sentence}${offer(unknown.cause, evidence)}`,
      observed(endpointVerdicts),
    )
  if (endpointVerdicts.length === 0) return inconclusive('self', onlyItself)
  return { status: 'pass', seen: 'blocked', control: controlsOf(endpointVerdicts), ...observed(endpointVerdicts) }
}

/** Whether any connection succeeded. It counts even if the other connections did not run: one is a leak. */
export function gotThrough({ connectionVerdict }: EndpointVerdict): boolean {
  if (connectionVerdict.state === 'unknown')
    return connectionVerdict.cause === 'not_run' && connectionVerdict.open + connectionVerdict.late > 0
  return connectionVerdict.state !== 'blocked'
}

function somethingPassed(
  through: readonly EndpointVerdict[],
  endpointVerdicts: readonly EndpointVerdict[],
  { controls }: Evidence,
): Verdict {
  const first = through[0] as EndpointVerdict
  const seen = through.length === endpointVerdicts.length ? 'open' : 'partly'
  const more = { seen, observed: first.connectionVerdict.outcome } as const
  const node = first.plannedCheck.destination.kind === 'pod' ? first.plannedCheck.destination.pod.node : undefined
  const family = first.plannedCheck.destination.kind === 'name' ? 4 : first.plannedCheck.destination.socket.family
  const enforced = controls.enforced(node, family)
  if (enforced.shown === false)
    return inconclusive('not_enforced', `open, but that says nothing here: ${enforced.sentence}`, more)
  const leaks = through.filter(({ connectionVerdict }) => connectionVerdict.state !== 'open')
  if (leaks.length === through.length)
    return fail('leak', `leaks: ${leaks.map(leakText).join(', ')}`, { ...more, seen: 'partly' })
  const endpoints = endpointVerdicts.filter(({ plannedCheck }) => plannedCheck.destination.kind !== 'virtual')
  if (
    endpoints.length < endpointVerdicts.length &&
    through.length === endpoints.length &&
    endpoints.every((endpointVerdict) => through.includes(endpointVerdict))
  )
    return fail(
      'service',
      `the Service's own address does not answer, but its endpoints do: ${endpoints.map(named).join(', ')}`,
      more,
    )
  if (first.plannedCheck.check.kind === 'dns')
    return fail('open', `a DNS server answers, but it must be blocked: ${through.map(named).join(', ')}`, more)
  if (seen === 'open') return fail('open', openText(endpointVerdicts), more)
  return fail(
    'open',
    `open at ${through.map(named).join(', ')}, though blocked at ${endpointVerdicts.length - through.length} of its ${endpointVerdicts.length} addresses`,
    more,
  )
}

function named({ plannedCheck }: EndpointVerdict): string {
  return `${destinationText(plannedCheck)}${plannedCheck.destination.kind === 'pod' && !plannedCheck.destination.ready ? ', which is not ready' : ''}`
}

/** Suggests how to get the missing evidence. Outside the cluster only another source can show that the target listens. */
function offer(cause: Unknown, { planned, observedConnections }: Evidence): string {
  const { witnesses, path } = planned
  if (
    cause !== 'no_control' ||
    planned.addresses.every(({ destination }) => destination.kind === 'pod' || destination.kind === 'virtual')
  )
    return ''
  if (path.control === undefined) return '; name a source that reaches it as control: { from: … }'
  const saw = witnesses
    .flatMap((plannedCheck) => observedConnections.get(plannedCheck) ?? [])
    .map(({ outcome }) => reasonText(outcome.reason))
  return `; its control ${path.control.name} did not either: ${[...new Set(saw)].join(', ') || 'it did not run'}`
}

function leakText({ plannedCheck, connectionVerdict }: EndpointVerdict): string {
  return `${destinationText(plannedCheck)} was open in ${countText(connectionVerdict)}`
}

function openText(endpointVerdicts: readonly EndpointVerdict[]): string {
  const short = endpointVerdicts.filter(({ connectionVerdict }) => connectionVerdict.notRun > 0)
  if (short.length === 0) return 'every new connection got through'
  return `every new connection that ran got through: ${short.map(({ plannedCheck, connectionVerdict }) => `${destinationText(plannedCheck)} ${countText(connectionVerdict)}`).join(', ')}`
}

function observed(endpointVerdicts: readonly EndpointVerdict[]): Partial<Verdict> {
  const outcome = endpointVerdicts.find(({ connectionVerdict }) => connectionVerdict.outcome !== undefined)
    ?.connectionVerdict.outcome
  return outcome === undefined ? {} : { observed: outcome }
}

/** The controls, without duplicates. */
function controlsOf(endpointVerdicts: readonly EndpointVerdict[]): Verdict['control'] {
  const all = endpointVerdicts.flatMap(({ connectionVerdict }) =>
    connectionVerdict.state === 'blocked' ? connectionVerdict.controls : [],
  )
  return [...new Map(all.map((shown) => [shown.sentence, shown])).values()]
}
