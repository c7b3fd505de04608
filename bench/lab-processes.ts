import { readdirSync, readFileSync } from 'node:fs'
import { setInterval as every } from 'node:timers/promises'

/** Empty for a process that has ended meanwhile. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** All processes that a process has started, and that these have (CONFIG_PROC_CHILDREN of proc(5)). */
export function descendants(pid: number): readonly number[] {
  const threads = (() => {
    try {
      return readdirSync(`/proc/${String(pid)}/task`)
    } catch {
      return []
    }
  })()
  const children = threads.flatMap((thread) =>
    read(`/proc/${String(pid)}/task/${thread}/children`)
      .split(' ')
      .filter(Boolean)
      .map(Number),
  )
  return children.flatMap((child) => [child, ...descendants(child)])
}

/** Seconds of processor time that these processes have used so far; the clock of proc(5) ticks 100 times a second. */
export function cpuSeconds(pids: readonly number[]): number {
  const ticks = pids.flatMap((pid) => {
    const fields = read(`/proc/${String(pid)}/stat`)
      .replace(/^.*\) /s, '')
      .split(' ')
    return [Number(fields[11] ?? 0), Number(fields[12] ?? 0)]
  })
  return ticks.reduce((sum, each) => sum + each, 0) / 100
}

/** Resident megabytes of these processes: now, or each at its peak. */
export function residentMegabytes(pids: readonly number[], when: 'VmRSS' | 'VmHWM'): number {
  const kilobytes = pids.map((pid) =>
    Number(new RegExp(`^${when}:\\s+(\\d+)`, 'm').exec(read(`/proc/${String(pid)}/status`))?.[1] ?? 0),
  )
  return (kilobytes.reduce((sum, each) => sum + each, 0) * 1024) / 1e6
}

/** Watches what this process has started while `work` goes on: the most memory that all of them had at one time, in megabytes. */
export async function peakDuring<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly peak: number }> {
  let peak = 0
  const stop = new AbortController()
  const watching = (async () => {
    for await (const _ of every(25, undefined, { signal: stop.signal }))
      peak = Math.max(peak, residentMegabytes(descendants(process.pid), 'VmRSS'))
  })().catch(() => undefined)
  try {
    const result = await work()
    return { result, peak: Math.max(peak, residentMegabytes(descendants(process.pid), 'VmHWM')) }
  } finally {
    stop.abort()
    await watching
  }
}
