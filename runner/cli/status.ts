import type { Io } from './io.ts'

/** A progress line on a terminal. */
export interface Status {
  show(text: string): void
  clear(): void
}

/** Minimum milliseconds between two updates of the line. */
const interval = 100

/** Creates a line on stderr that overwrites itself. Does nothing if stderr is not a terminal. */
export function createStatus({ stderr, now }: Pick<Io, 'stderr' | 'now'>): Status {
  if (stderr.isTTY !== true) return { show: () => undefined, clear: () => undefined }
  let shownAt = -Infinity
  let shown = false
  return {
    show(text) {
      if (now() - shownAt < interval) return
      shownAt = now()
      shown = true
      stderr.write(`\r\x1b[2K${text.slice(0, (stderr.columns ?? 80) - 1)}`)
    },
    clear() {
      if (shown) stderr.write('\r\x1b[2K')
      shown = false
    },
  }
}
