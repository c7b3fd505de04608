import { readFileSync } from 'node:fs'

/** File descriptors for the lab itself: namespaces, listeners, pipes. */
const reserve = 4096

/**
 * How many connections this process can have in flight. Each needs a descriptor here and one at the listener (limits of
 * proc(5)).
 */
export function inFlight(): number {
  const line = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]
  const files = line === undefined || line === 'unlimited' ? 1 << 20 : Number(line)
  return Math.max(100, Math.floor((files - Math.min(reserve, files / 2)) / 2))
}
