import type { Outcome } from '../../checks/outcome.ts'
import { reasonText } from '../../checks/reason-text.ts'
import type { EndpointResult, PathResult } from '../result/path-result.ts'
import { table } from './layout.ts'
import { millisecondsOf, recordsText, timeText } from './words.ts'

/** A label of evidence with its lines. */
export interface Evidence {
  readonly label: string
  readonly lines: readonly string[]
}

/** The evidence of a path: the observation, the DNS lookup, then the controls. Labels without lines are omitted. */
export function evidenceOf(result: PathResult): Evidence[] {
  const { why, predicted, control, source, lookup, observed, fix, explanation, places } = result
  const dns = lookup ?? (observed?.phase === 'resolve' && observed.dns !== undefined ? observed : undefined)
  return [
    { label: 'why', lines: why === undefined ? [] : [why] },
    { label: 'seen', lines: dns === observed && dns !== undefined ? [] : seenLines(result) },
    { label: 'DNS', lines: dns === undefined ? [] : lookupLines(dns) },
    { label: 'predicted', lines: predicted === undefined ? [] : predictedLines(predicted, explanation) },
    {
      label: 'control',
      // Equal controls, for example for both sides or several addresses, are one line.
      lines: [
        ...new Set(
          control.map(
            ({ shown, sentence }) => `${shown === true ? '' : shown === false ? 'no: ' : 'not known: '}${sentence}`,
          ),
        ),
      ],
    },
    { label: 'fix', lines: fix === undefined ? [] : [fix] },
    { label: 'source', lines: places === undefined ? sourceLines(source) : places.flatMap(placeLines) },
  ].filter(({ lines }) => lines.length > 0)
}

/** Sentences that the explanation contains are not repeated. */
function predictedLines(
  { verdict, evidence }: NonNullable<PathResult['predicted']>,
  told: readonly string[],
): string[] {
  const [first, ...rest] = evidence
  const others = rest.filter((sentence) => !told.includes(sentence))
  return told.includes(first) ? [verdict, ...others] : [`${verdict}: ${first}`, ...others]
}

function placeLines({ place, seen, source }: NonNullable<PathResult['places']>[number]): string[] {
  if (source === undefined) return []
  const [line = place] = sourceLines(source)
  return [`${line}: ${seen === 'unknown' ? 'not known' : seen === 'partly' ? 'partly open' : seen}`]
}

function sourceLines({ pod, node, note }: PathResult['source'] = {}): string[] {
  const where = [pod, node === undefined ? undefined : `on ${node}`].filter((part) => part !== undefined).join(' ')
  const parts = [where, note].filter((part) => part !== undefined && part !== '')
  return parts.length === 0 ? [] : [parts.join(', ')]
}

/** The deciding observation, then the addresses grouped by result: unexpected results first. */
function seenLines({ observed, endpoints: all, expect }: PathResult): string[] {
  const endpoints = withoutFront(all)
  const [only, ...more] = endpoints
  const decided = observed === undefined ? [] : [observedText(observed, more.length === 0 ? only : undefined)]
  if (only === undefined || (more.length === 0 && observed !== undefined)) return decided
  const wanted = expect.startsWith('blocked') ? 'blocked' : 'open'
  const states = Map.groupBy(endpoints, stateText)
  const ordered = [...states].toSorted(([, [a]], [, [b]]) => Number(a?.state === wanted) - Number(b?.state === wanted))
  const cells = ordered.flatMap(([state, alike]) =>
    alike.length > most ? [crowd(state, alike)] : alike.map((each) => [state, addressText(each)]),
  )
  return [...decided, ...table(cells)]
}

/** If everything behind a name or a Service's address is blocked, the result of the name or address adds nothing and is omitted. */
function withoutFront(endpoints: readonly EndpointResult[]): readonly EndpointResult[] {
  const behind = endpoints.filter(({ pod }) => pod !== undefined)
  if (behind.length === 0 || behind.some(({ state }) => state !== 'blocked')) return endpoints
  const isFront = ({ address, pod, node, service }: EndpointResult) =>
    !/^[\d.]+$|:/.test(address) || (service !== undefined && pod === undefined && node === undefined)
  return endpoints.filter((endpoint) => endpoint.state !== 'unknown' || !isFront(endpoint))
}

/** Maximum number of addresses with the same result that have a line each. */
const most = 6

function crowd(state: string, endpoints: readonly EndpointResult[]): string[] {
  return [state, `${endpoints.length} addresses: ${endpoints.map(placeText).join(', ')}`]
}

/** `10.1.2.3:80 (ns/pod on n0): no answer (connect_timeout), 3.5 s, 2 attempts`, then the message of the operating system. */
function observedText(outcome: Outcome, endpoint: EndpointResult | undefined): string {
  const { reason, address, port, attempts, detail, http } = outcome
  const owner = endpoint === undefined || endpoint.address !== address ? '' : ownerText(endpoint)
  const at = address === undefined ? '' : `${socketText(address, port)}${owner === '' ? '' : ` (${owner})`}: `
  const counted =
    endpoint !== undefined && endpoint.of > 1 && endpoint.open > 0
      ? [`${endpoint.open} of ${endpoint.of}${endpoint.notRun === 0 ? '' : `, ${endpoint.notRun} did not run`}`]
      : []
  const facts = [
    reasonText(reason),
    ...counted,
    ...(http === undefined ? [] : [`HTTP ${http.status}`]),
    timeText(millisecondsOf(outcome)),
    ...(attempts > 1 ? [`${attempts} attempts`] : []),
  ]
  return `${at}${facts.join(', ')}${detail === undefined ? '' : `: ${detail}`}`
}

function addressText(endpoint: EndpointResult): string {
  return `${placeText(endpoint)} ${ownerText(endpoint)}`.trimEnd()
}

function placeText({ address, port, protocol }: EndpointResult): string {
  return `${socketText(address, port)}/${protocol}`
}

function stateText({ state, reason, open, of }: EndpointResult): string {
  const word = state === 'leak' ? 'leaks' : state === 'unknown' ? 'not known' : state
  return `${word}${of > 1 && state !== 'blocked' ? ` ${open} of ${of}` : ''} (${reason})`
}

function ownerText({ pod, node, service, ready }: EndpointResult): string {
  const owner = pod ?? (service === undefined ? undefined : `Service ${service}`)
  const place = node === undefined ? undefined : owner === undefined ? `node ${node}` : `on ${node}`
  const parts = [owner, place, ready === false ? 'not ready' : undefined].filter((part) => part !== undefined)
  return parts.join(' ')
}

function socketText(address: string, port: number | undefined): string {
  if (port === undefined || port === 0) return address
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

/** `api.shop.svc.cluster.local is 10.96.0.7`, or the response to each queried name. */
function lookupLines(outcome: Outcome): string[] {
  const { dns, reason } = outcome
  const records = recordsText(outcome)
  const questions = dns?.questions ?? []
  const server = [...new Set(questions.map((question) => question.server))].join(', ')
  const asked = server === '' ? '' : `, asked ${server}`
  if (records !== undefined) return [`${dns?.name ?? questions.at(-1)?.name ?? 'the name'} is ${records}${asked}`]
  const answers = Map.groupBy(questions, ({ rcode }) => rcode)
  const names = [...answers].map(([rcode, own]) => `${rcode}: ${[...new Set(own.map(({ name }) => name))].join(', ')}`)
  return [`${reasonText(reason)}${asked}`, ...names]
}
