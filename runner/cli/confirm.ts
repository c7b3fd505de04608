import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Io } from './io.ts'

/** Whether there is somebody to ask: a terminal at both ends. */
export function canAsk({ stdin, stderr }: Pick<Io, 'stdin' | 'stderr'>): boolean {
  return (stdin as { isTTY?: boolean }).isTTY === true && stderr.isTTY === true
}

/** Asks on stderr; everything but yes is no. */
export async function confirm(question: string, { stdin, stderr, signal }: Io): Promise<boolean> {
  stderr.write(`${question} [y/N] `)
  const lines = createInterface({ input: stdin })
  try {
    const [answer] = (await Promise.race([
      once(lines, 'line', { signal }),
      once(lines, 'close', { signal }),
    ])) as string[]
    return /^y(es)?$/i.test(answer?.trim() ?? '')
  } finally {
    lines.close()
  }
}
