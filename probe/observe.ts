import type { Check } from '../checks/check.ts'
import { createResolver } from '../checks/resolver/resolver.ts'
import { runCheck } from '../checks/run.ts'
import type { Vantage } from '../checks/vantage.ts'
import type { Observe } from './batch.ts'
import type { Metrics } from './metrics.ts'
import type { TargetPolicy } from './targets.ts'

export interface ObserverParts {
  readonly vantage: Vantage
  readonly policy: TargetPolicy
  readonly metrics: Metrics
  /** Longer deadlines are reduced to this, in milliseconds. */
  readonly maxDeadlineMs: number
}

/**
 * Creates, for one request, the function that runs its checks. It applies the target policy, counts metrics, and shares
 * one resolver.
 */
export function observerFactory({ vantage, policy, metrics, maxDeadlineMs }: ObserverParts): () => Observe {
  const admitSilent = (address: string, port: number) => policy(address, port, false)?.detail
  const admitSpeaking = (address: string, port: number) => policy(address, port, true)?.detail
  return () => {
    const resolver = createResolver(vantage)
    return (check, signal) => {
      const since = performance.now()
      metrics.started()
      const bounded = check.deadlineMs > maxDeadlineMs ? { ...check, deadlineMs: maxDeadlineMs } : check
      const admit = sends(check) ? admitSpeaking : admitSilent
      return runCheck(bounded, vantage, { resolver, signal, admit }).then((observation) => {
        metrics.finished(check.kind, observation.outcome, (performance.now() - since) / 1_000)
        return observation
      })
    }
  }
}

/** A TCP check without `send` is the only one that connects and writes nothing. */
const sends = (check: Check): boolean => check.kind !== 'tcp' || check.send !== undefined
