import type { Client } from './client.ts'

/**
 * The same client, in which whoever reads what somebody with the same signal is reading already gets the answer of that request: many sources of one
 * namespace ask at once what its quotas and Services are.
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
      // Each may reuse what it got as room for the next page.
      return isFirst ? answer : Buffer.from(await answer)
    },
  }
}

/** One promise per signal and path, until it is settled. */
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
