import type { Timing } from '../../fabric/fabric.ts'
import type { MatrixPlan } from './plan.ts'

/** What a matrix costs a cluster, told before anything is made. */
export interface Effort {
  /** That are asked about. */
  readonly pods: number
  /** Pods that are started to ask, where no resident one stands there already. */
  readonly probes: number
  readonly connections: number
  /** Rounded up; where every path is blocked. */
  readonly seconds: number
}

/** Until probes run and the canary has shown that policies are enforced, and until all is removed again, in milliseconds. */
const aroundMs = 10_000
/** Connections of one source that wait at the same time, and new ones per second toward one node (docs/verdicts.md#time). */
const atOnce = 50
const perSecond = 500

/** An upper bound but for a slow cluster: each source waits the deadline of a blocked path for each of its rounds. */
export function effortOf({ cells, sources, plannedChecks }: MatrixPlan, { blocked }: Timing): Effort {
  const perSource = Map.groupBy(plannedChecks, ({ source }) => source)
  const rounds = Math.max(0, ...[...perSource.values()].map((own) => Math.ceil(own.length / atOnce)))
  const waitMs = Math.max(rounds * blocked.deadlineMs * blocked.attempts, (plannedChecks.length / perSecond) * 1000)
  const pods = cells.flatMap(({ from, to }) => (to.kind === 'pod' ? [from, to.pod] : [from]))
  return {
    pods: new Set(pods).size,
    probes: sources.length,
    connections: plannedChecks.length,
    seconds: plannedChecks.length === 0 ? 0 : Math.ceil((aroundMs + waitMs) / 1000),
  }
}

/** `12 pods: 5 probes, 55 connections, about 14 s`. */
export function effortText({ pods, probes, connections, seconds }: Effort): string {
  const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`
  return `${count(pods, 'pod')}: ${count(probes, 'probe')}, ${count(connections, 'connection')}, about ${seconds} s`
}
