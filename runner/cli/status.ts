import type { Io } from './io.ts'

/** One line on a terminal that says what is being done. */
export interface Status {
  show(text: string): void
  clear(): void
}

/** Milliseconds between two states of the line. */
const interval = 100

/** A line on stderr that overwrites itself; nothing where stderr is no terminal. */
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
