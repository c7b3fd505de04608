import type { Timing } from '../../fabric/fabric.ts'
import type { MatrixPlan } from './plan.ts'

/** The cost of a matrix for a cluster, shown before anything is created. */
export interface Effort {
  /** Pods in the matrix. */
  readonly pods: number
  /** Pods to start as probes; fewer are started if resident probes exist. */
  readonly probes: number
  readonly connections: number
  /** Rounded up; the duration if every path is blocked. */
  readonly seconds: number
}

/** Time to start probes and run the canary, and to remove everything, in milliseconds. */
const aroundMs = 10_000
/** Pending connections per source, and new connections per second to a node (docs/verdicts.md#time). */
const atOnce = 50
const perSecond = 500

/** An upper bound, unless the cluster is slow: each source waits for the deadline of a blocked path in each of its rounds. */
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
