import type { Outcome } from '../../checks/outcome.ts'
import type { EndpointResult, PathResult, SourceResult } from '../result/path-result.ts'
import type { ReportOutcome, ReportPath } from './schema.ts'
import { millisecondsOf } from './words.ts'

/** A path in the JSON document. Bodies and headers of HTTP responses are omitted. */
export function pathJson(result: PathResult): ReportPath {
  const {
    scenario,
    step,
    name,
    from,
    to,
    family,
    expect,
    status,
    cause,
    seen,
    why,
    source,
    place,
    places = [],
  } = result
  return {
    scenario,
    step: step ?? null,
    name: name ?? null,
    from,
    to,
    family: family ?? null,
    expect,
    status,
    cause: cause ?? null,
    seen,
    why: why ?? null,
    tags: [...result.tags],
    closedWorld: result.closedWorld,
    predicted:
      result.predicted === undefined
        ? null
        : { ...result.predicted, evidence: [...result.predicted.evidence], rules: [...(result.predicted.rules ?? [])] },
    observed: outcomeJson(result.observed),
    lookup: outcomeJson(result.lookup),
    endpoints: result.endpoints.map(endpointJson),
    control: result.control.map(({ shown, kind, sentence }) => ({ shown: shown ?? null, kind, sentence })),
    explanation: result.explanation.join('\n'),
    fix: result.fix ?? null,
    source: source === undefined ? null : sourceJson(source),
    places: places.map(({ place: text, predicted, source: own, ...answer }) => ({
      place: text,
      ...answer,
      predicted: predicted ?? null,
      source: own === undefined ? null : sourceJson(own),
    })),
    file: place.file,
    line: place.line,
    column: place.column,
  }
}

function sourceJson({ pod, uid, node, addresses = [], note }: SourceResult): NonNullable<ReportPath['source']> {
  return { pod: pod ?? null, uid: uid ?? null, node: node ?? null, addresses: [...addresses], note: note ?? null }
}

function outcomeJson(outcome: Outcome | undefined): ReportOutcome | null {
  if (outcome === undefined) return null
  return {
    phase: outcome.phase,
    reason: outcome.reason,
    attempts: outcome.attempts,
    milliseconds: millisecondsOf(outcome),
    detail: outcome.detail ?? null,
    address: outcome.address ?? null,
    port: outcome.port ?? null,
    localAddress: outcome.localAddress ?? null,
    reply: outcome.reply ?? null,
    status: outcome.http?.status ?? null,
    dns: outcome.dns ?? null,
    tls: outcome.tls ?? null,
  }
}

function endpointJson(endpoint: EndpointResult): ReportPath['endpoints'][number] {
  const { address, port, protocol, state, reason, phase, open, of, notRun } = endpoint
  return {
    address,
    port,
    protocol,
    family: endpoint.family ?? null,
    pod: endpoint.pod ?? null,
    uid: endpoint.uid ?? null,
    node: endpoint.node ?? null,
    ready: endpoint.ready ?? null,
    service: endpoint.service ?? null,
    state,
    reason,
    phase,
    open,
    of,
    notRun,
  }
}
