import { setTimeout as delay } from 'node:timers/promises'
import pLimit from 'p-limit'
import type { Check } from '../../checks/check.ts'
import { createResolver } from '../../checks/resolver/resolver.ts'
import { runCheck } from '../../checks/run.ts'
import type { Probe, Unavailable } from '../fabric.ts'
import type { Outside } from './cluster.ts'

/** Connections in flight per source (docs/verdicts.md#time). */
const inFlight = 50

/** The runner's machine as a source; unavailable if the runner is a pod of the cluster. */
export function outsideProbe({ vantage, addresses, inCluster }: Outside, concurrency = inFlight): Probe | Unavailable {
  if (inCluster) return { unavailable: 'no outside vantage: the runner is a pod itself' }
  return {
    identity: { kind: 'outside' },
    node: undefined,
    addresses,
    run: (checks, signal, { perSecond } = {}) => {
      const resolver = createResolver(vantage)
      const limit = pLimit(concurrency)
      const begun = performance.now()
      const waits = (index: number) =>
        perSecond === undefined ? 0 : begun + (index * 1000) / perSecond - performance.now()
      const run = async (check: Check, index: number) => {
        const wait = waits(index)
        if (wait > 0) await delay(wait, undefined, { signal }).catch(() => undefined)
        return runCheck(check, vantage, { resolver, signal })
      }
      return asTheyEnd(checks.map((check, index) => limit(() => run(check, index))))
    },
  }
}

/** Yields the results of the promises in order of completion. None of them may reject. */
async function* asTheyEnd<T>(promises: readonly Promise<T>[]): AsyncGenerator<T> {
  const ended: T[] = []
  let news = Promise.withResolvers<void>()
  for (const promise of promises) {
    void promise.then((value) => {
      ended.push(value)
      news.resolve()
    })
  }
  for (let left = promises.length; left > 0; ) {
    await news.promise
    news = Promise.withResolvers()
    for (const value of ended.splice(0)) {
      left -= 1
      yield value
    }
  }
}
