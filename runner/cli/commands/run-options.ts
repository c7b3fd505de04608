import { availableParallelism } from 'node:os'
import type { Problem } from '../../../policy/types.ts'
import type { RunHead } from '../../result/events.ts'
import { parseDuration } from '../../scenario/parse-duration.ts'
import type { Invocation } from '../command.ts'

/** The parsed options of `crosscheck run` and `check`. */
export interface RunRequest {
  readonly where: RunHead['where']
  readonly only: readonly string[]
  readonly deadlineMs?: number
  readonly inconclusive: 'fail' | 'warn'
  readonly verbose: boolean
  readonly knownFailures?: string
  readonly kubernetes?: string
  /** The number of scenarios to run in parallel. */
  readonly parallel: number
  readonly settleMs?: number
  /** For a cluster: new connections per second per node, and connections in flight per source. */
  readonly perSecond?: number
  readonly inFlight?: number
}

/** Scenarios are independent in the lab and mostly wait for deadlines, so run more of them than processors. */
const usualParallel = Math.min(8, 2 * availableParallelism())

/** Reads the options, or returns all problems with them. */
export function readRunOptions(options: Invocation['options']): RunRequest | { readonly problems: readonly Problem[] } {
  const problems: Problem[] = []
  const refuse = (message: string, hint?: string) => {
    problems.push({ severity: 'error', message, ...(hint !== undefined && { hint }) })
  }
  if (options.lab === true && options.predict === true) refuse('--lab and --predict contradict each other')
  const where = options.lab === true ? '--lab' : '--predict'
  for (const name of ['context', 'kubeconfig', 'rehearse'])
    if (options[name] !== undefined && (options.lab === true || options.predict === true))
      refuse(`--${name} goes with a cluster, not with ${where}`)
  const time = options.deadline as string | undefined
  const deadlineMs = time === undefined ? undefined : parseDuration(time)
  if (time !== undefined && (deadlineMs === undefined || deadlineMs < 100 || deadlineMs > 60_000))
    refuse(`--deadline ${time}: expected a duration from 100ms to 1m, as in 2s`)
  const settle = options.settle as string | undefined
  const settleMs = settle === undefined ? undefined : parseDuration(settle)
  if (settle !== undefined && (settleMs === undefined || settleMs > 3_600_000))
    refuse(`--settle ${settle}: expected a duration of at most 1h, as in 30s, or 0`)
  const rate = options.rate as string | undefined
  const perSecond = rate === undefined ? undefined : Number(rate)
  if (perSecond !== undefined && !(Number.isInteger(perSecond) && perSecond >= 1 && perSecond <= 100_000))
    refuse(`--rate ${rate}: expected a number from 1 to 100000`)
  if (rate !== undefined && (options.lab === true || options.predict === true))
    refuse(`--rate goes with a cluster, not with ${where}`)
  const inconclusive = options.inconclusive as string
  if (inconclusive !== 'fail' && inconclusive !== 'warn')
    refuse(`--inconclusive ${inconclusive}: expected fail or warn`)
  const onCluster = options.lab !== true && options.predict !== true
  const most = onCluster ? 1_000 : 64
  const digits = options.concurrency as string | undefined
  const number = digits === undefined ? undefined : Number(digits)
  if (number !== undefined && !(Number.isInteger(number) && number >= 1 && number <= most))
    refuse(`--concurrency ${digits}: expected a number from 1 to ${most}`)
  if (problems.length > 0) return { problems }
  return {
    where: options.predict === true ? 'predicted' : options.lab === true ? 'lab' : 'cluster',
    only: (options.only ?? []) as string[],
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
    ...(settleMs === undefined ? {} : { settleMs }),
    ...(perSecond === undefined ? {} : { perSecond }),
    ...(number === undefined || !onCluster ? {} : { inFlight: number }),
    inconclusive: inconclusive === 'warn' ? 'warn' : 'fail',
    verbose: options.verbose === true,
    // Scenarios on a cluster would share its nodes.
    parallel: onCluster ? 1 : (number ?? usualParallel),
    ...(options.knownFailures === undefined ? {} : { knownFailures: options.knownFailures as string }),
    ...(options.kubernetes === undefined ? {} : { kubernetes: options.kubernetes as string }),
  }
}
