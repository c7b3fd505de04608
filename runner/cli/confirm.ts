import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Io } from './io.ts'

/** Whether the user can answer: stdin and stderr are terminals. */
export function canAsk({ stdin, stderr }: Pick<Io, 'stdin' | 'stderr'>): boolean {
  return (stdin as { isTTY?: boolean }).isTTY === true && stderr.isTTY === true
}

/** Asks on stderr. Only "yes" confirms. */
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
