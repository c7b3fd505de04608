import type { Server } from 'node:http'

export interface Quiet {
  /** Milliseconds without a request in flight. */
  readonly afterMs: number
  readonly collect: () => void
}

/**
 * Calls `collect` when a server has had no request for that time: once after the start and once after each period of
 * work. The start and a batch leave up to 15 and 50 MiB of garbage. V8 would keep it until it needs the memory, which
 * never happens in an idle probe.
 */
export function collectWhenQuiet(server: Server, { afterMs, collect }: Quiet): void {
  let underWay = 0
  const timer = setTimeout(() => {
    if (underWay === 0) collect()
  }, afterMs)
  timer.unref()
  server.on('request', (_request, response) => {
    underWay += 1
    response.once('close', () => {
      underWay -= 1
      timer.refresh()
    })
  })
}
