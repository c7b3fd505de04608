import type { Client } from './client.ts'

/**
 * Wraps a client so that concurrent reads of the same path with the same signal share one request. Many sources of one
 * namespace read its quotas and Services at the same time.
 */
export function shareReads(client: Client): Client {
  const objects = sharing<unknown>()
  const bytes = sharing<Buffer>()
  return {
    ...client,
    send: (asked, signal) =>
      asked.method === 'GET'
        ? objects(asked.path, signal, () => client.send(asked, signal)).answer
        : client.send(asked, signal),
    async fetch(path, signal, reception) {
      if (reception?.room !== undefined) return client.fetch(path, signal, reception)
      const { answer, isFirst } = bytes(path, signal, () => client.fetch(path, signal, reception))
      // Each caller may reuse its buffer for the next page, so each gets a copy.
      return isFirst ? answer : Buffer.from(await answer)
    },
  }
}

/** One promise per signal and path, until it settles. */
function sharing<T>() {
  const bySignal = new WeakMap<AbortSignal, Map<string, Promise<T>>>()
  return (path: string, signal: AbortSignal, ask: () => Promise<T>) => {
    const onTheWay = bySignal.get(signal) ?? new Map<string, Promise<T>>()
    bySignal.set(signal, onTheWay)
    const known = onTheWay.get(path)
    if (known !== undefined) return { answer: known, isFirst: false }
    const answer = ask().finally(() => onTheWay.delete(path))
    onTheWay.set(path, answer)
    return { answer, isFirst: true }
  }
}
