import { ownedLabel } from '../../owned.ts'
import { isStatus } from '../api/api-error.ts'
import type { Client } from '../api/client.ts'
import { type LiveObject, listObjects } from '../api/objects.ts'
import { pathOf, resources } from '../api/resources.ts'

/**
 * Polling interval if pods may be listed but not watched, and pause before a broken watch is restarted, in
 * milliseconds.
 */
const periodMs = 200

/**
 * Waits for pods that this run created. All waiters of a namespace share one watch, which ends with the last of them.
 */
export interface PodWatch {
  /** Resolves with the first value that `until` returns for the pod. On timeout, rejects with the text from `late`. */
  wait<T>(
    pod: { readonly namespace: string; readonly name: string },
    wanted: Wanted<T>,
    signal: AbortSignal,
  ): Promise<T>
}

export interface Wanted<T> {
  /** Returns a value to stop waiting, or undefined to continue. The pod is undefined while it does not exist. */
  until(pod: LiveObject | undefined): T | undefined
  readonly withinMs: number
  /** The message of the timeout error. */
  late(): string
}

/** The known pods of a namespace. */
interface Feed {
  pods: ReadonlyMap<string, LiveObject>
  news: PromiseWithResolvers<void>
  /** The number of waiters. No single waiter's signal ends the watch for the others. */
  waiting: number
  readonly ended: AbortController
}

/** A watch over pods with the owned label. */
export function createPodWatch(client: Client): PodWatch {
  const feeds = new Map<string, Feed>()
  const feedOf = (namespace: string): Feed => {
    const known = feeds.get(namespace)
    if (known !== undefined) return known
    const feed = { pods: new Map(), news: Promise.withResolvers<void>(), waiting: 0, ended: new AbortController() }
    feeds.set(namespace, feed)
    follow(client, namespace, feed).catch((error: unknown) => feed.news.reject(error))
    // Waiters receive the rejection. Without waiters, it must not be unhandled.
    feed.news.promise.catch(() => undefined)
    return feed
  }

  return {
    async wait({ namespace, name }, wanted, signal) {
      const feed = feedOf(namespace)
      feed.waiting += 1
      const late = Promise.withResolvers<never>()
      const timer = setTimeout(() => late.reject(new Error(wanted.late())), wanted.withinMs)
      const abort = () => late.reject(signal.reason)
      if (signal.aborted) abort()
      signal.addEventListener('abort', abort, { once: true })
      try {
        for (;;) {
          const answer = wanted.until(feed.pods.get(name))
          if (answer !== undefined) return answer
          await Promise.race([feed.news.promise, late.promise])
        }
      } finally {
        clearTimeout(timer)
        late.promise.catch(() => undefined)
        signal.removeEventListener('abort', abort)
        feed.waiting -= 1
        if (feed.waiting === 0) {
          feeds.delete(namespace)
          feed.ended.abort()
        }
      }
    },
  }
}

/**
 * Keeps the feed up to date until it ends. A watch without a resource version starts with all existing objects (API
 * concepts, "get state and start at most recent"). A watch that ends or breaks is restarted. If watching is forbidden,
 * the pods are listed instead.
 */
async function follow(client: Client, namespace: string, feed: Feed): Promise<void> {
  const { signal } = feed.ended
  const labelSelector = `${ownedLabel}=true`
  const query = new URLSearchParams({ watch: '1', labelSelector, timeoutSeconds: '300' })
  let mayWatch = true
  while (!signal.aborted) {
    try {
      if (mayWatch) {
        const pods = new Map<string, LiveObject>()
        feed.pods = pods
        for await (const event of client.watch(`${pathOf(resources.Pod, namespace)}?${query.toString()}`, signal)) {
          if (event.type === 'ERROR') break
          if (event.type === 'BOOKMARK') continue
          const pod = event.object as LiveObject
          if (event.type === 'DELETED') pods.delete(pod.metadata.name)
          else pods.set(pod.metadata.name, pod)
          tell(feed)
        }
      } else {
        const listed = await listObjects(client, { resource: resources.Pod, namespace, labelSelector }, signal)
        feed.pods = new Map(listed.map((pod) => [pod.metadata.name, pod]))
        tell(feed)
      }
    } catch (error) {
      if (signal.aborted) return
      if (!mayWatch) throw error
      mayWatch = !isStatus(error, 401, 403, 405)
    }
    await rest(signal)
  }
}

function tell(feed: Feed): void {
  const { news } = feed
  feed.news = Promise.withResolvers<void>()
  feed.news.promise.catch(() => undefined)
  news.resolve()
}

function rest(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, periodMs)
  signal.addEventListener('abort', () => resolve(), { once: true })
  return promise.finally(() => clearTimeout(timer))
}
