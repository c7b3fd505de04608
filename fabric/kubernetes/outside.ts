import pLimit from 'p-limit'
import { createResolver } from '../../checks/resolver/resolver.ts'
import { runCheck } from '../../checks/run.ts'
import type { Probe, Unavailable } from '../fabric.ts'
import type { Outside } from './cluster.ts'

/** Connections that a source has in flight at once (verdicts.md §5). */
const inFlight = 50

/** The runner's own machine as a source; none when the runner is a pod of the cluster. */
export function outsideProbe({ vantage, addresses, inCluster }: Outside): Probe | Unavailable {
  if (inCluster) return { unavailable: 'no outside vantage: the runner is a pod itself' }
  return {
    identity: { kind: 'outside' },
    node: undefined,
    addresses,
    run: (checks, signal) => {
      const resolver = createResolver(vantage)
      const limit = pLimit(inFlight)
      return asTheyEnd(checks.map((check) => limit(() => runCheck(check, vantage, { resolver, signal }))))
    },
  }
}

/** What the promises give, in the order in which they end; none of them rejects. */
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
