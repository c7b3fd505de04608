import { readdirSync, readFileSync } from 'node:fs'
import { setInterval as every } from 'node:timers/promises'

/** Returns an empty string if the process has ended. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** Returns all descendants of a process (CONFIG_PROC_CHILDREN of proc(5)). */
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

/** Returns the processor time in seconds that these processes have used so far. The clock of proc(5) ticks 100 times a second. */
export function cpuSeconds(pids: readonly number[]): number {
  const ticks = pids.flatMap((pid) => {
    const fields = read(`/proc/${String(pid)}/stat`)
      .replace(/^.*\) /s, '')
      .split(' ')
    return [Number(fields[11] ?? 0), Number(fields[12] ?? 0)]
  })
  return ticks.reduce((sum, each) => sum + each, 0) / 100
}

/** Returns the resident memory of these processes in megabytes: now, or the peak of each. */
export function residentMegabytes(pids: readonly number[], when: 'VmRSS' | 'VmHWM'): number {
  const kilobytes = pids.map((pid) =>
    Number(new RegExp(`^${when}:\\s+(\\d+)`, 'm').exec(read(`/proc/${String(pid)}/status`))?.[1] ?? 0),
  )
  return (kilobytes.reduce((sum, each) => sum + each, 0) * 1024) / 1e6
}

/** Runs `work` and returns the peak of the total memory of all child processes, in megabytes. */
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
