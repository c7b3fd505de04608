import type { CheckKindName } from '../checks/check.ts'
import type { Outcome } from '../checks/outcome.ts'

/** Why a control request was refused: the closed set of the metric label and of `error` in the response. */
export type RefusalCode =
  | 'unauthorized'
  | 'invalid'
  | 'too_large'
  | 'too_many'
  | 'busy'
  | 'not_found'
  | 'bad_request'
  | 'timeout'
  | 'fault'

/** Counters of one probe in Prometheus text format. Labels come from closed sets; no client data becomes a label. */
export interface Metrics {
  started(): void
  finished(kind: CheckKindName, outcome: Outcome, seconds: number): void
  refused(code: RefusalCode): void
  render(residentBytes: number): string
}

/** Upper bounds in seconds. The second to last is the longest default deadline, the last the longest allowed one. */
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3.5, 60] as const

interface Durations {
  readonly counts: number[]
  sum: number
  count: number
}

export function createMetrics(): Metrics {
  const outcomes = new Map<string, number>()
  const refusals = new Map<string, number>()
  const durations = new Map<CheckKindName, Durations>()
  let inFlight = 0
  return {
    started: () => {
      inFlight += 1
    },
    finished(kind, { reason, phase }, seconds) {
      inFlight -= 1
      increment(outcomes, `kind="${kind}",reason="${reason}",phase="${phase}"`)
      const known = durations.get(kind) ?? { counts: buckets.map(() => 0), sum: 0, count: 0 }
      const bucket = buckets.findIndex((bound) => seconds <= bound)
      if (bucket >= 0) known.counts[bucket]! += 1
      known.sum += seconds
      known.count += 1
      durations.set(kind, known)
    },
    refused: (code) => increment(refusals, `code="${code}"`),
    render: (residentBytes) =>
      [
        ...family('crosscheck_checks_total', 'counter', 'Checks that ended, by what they saw.'),
        ...[...outcomes].map(([labels, count]) => `crosscheck_checks_total{${labels}} ${count}`),
        ...family('crosscheck_check_duration_seconds', 'histogram', 'Time that checks took, all attempts together.'),
        ...[...durations].flatMap(([kind, known]) => histogram(kind, known)),
        ...family('crosscheck_checks_in_flight', 'gauge', 'Checks that run now.'),
        `crosscheck_checks_in_flight ${inFlight}`,
        ...family('crosscheck_requests_refused_total', 'counter', 'Control requests that were refused.'),
        ...[...refusals].map(([labels, count]) => `crosscheck_requests_refused_total{${labels}} ${count}`),
        ...family('process_resident_memory_bytes', 'gauge', 'Resident memory of the probe.'),
        `process_resident_memory_bytes ${residentBytes}`,
        '',
      ].join('\n'),
  }
}

function increment(counts: Map<string, number>, labels: string): void {
  counts.set(labels, (counts.get(labels) ?? 0) + 1)
}

const family = (name: string, type: string, help: string): readonly string[] => [
  `# HELP ${name} ${help}`,
  `# TYPE ${name} ${type}`,
]

function histogram(kind: CheckKindName, { counts, sum, count }: Durations): readonly string[] {
  const name = 'crosscheck_check_duration_seconds'
  let below = 0
  const lines = buckets.map((bound, index) => {
    below += counts[index]!
    return `${name}_bucket{kind="${kind}",le="${bound}"} ${below}`
  })
  const labels = `{kind="${kind}"}`
  return [
    ...lines,
    `${name}_bucket{kind="${kind}",le="+Inf"} ${count}`,
    `${name}_sum${labels} ${sum}`,
    `${name}_count${labels} ${count}`,
  ]
}
