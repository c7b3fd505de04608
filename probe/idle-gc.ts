import type { Server } from 'node:http'

export interface Quiet {
  /** Milliseconds without any request under way. */
  readonly afterMs: number
  readonly collect: () => void
}

/**
 * Calls `collect` when a server has been without a request for so long, once after the start and once after each spell of work. What starting and
 * a batch leave behind, up to 15 and 50 MiB, V8 would otherwise keep until it needs the room: an idle probe never does.
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
