/** How long it took after a change until packets matched the policies. */
export interface Enforcement {
  /** Milliseconds from the change until packets matched for good, one value per source and socket that policies decide. */
  readonly afterMs: readonly number[]
  /** How often a connection changed from matching to not matching. */
  readonly flips: number
  /** Connections that did not match in time. */
  readonly late: number
}

/** The nearest-rank percentile of sorted values; undefined for an empty list. */
export function percentile(sorted: readonly number[], hundredths: number): number | undefined {
  return sorted[Math.max(0, Math.ceil((sorted.length * hundredths) / 100) - 1)]
}

/** One line about the time until a step's change was in force; undefined if no path of the step shows it. */
export function enforcementText(step: string, { afterMs, flips, late }: Enforcement): string | undefined {
  const ways = afterMs.length + late
  if (ways === 0) return undefined
  const turned = flips === 0 ? '' : `; seen to turn back ${flips === 1 ? 'once' : `${flips} times`}`
  const missing = `${late} of ${ways} ways did not do in time what the policies say`
  const [half, most, last] = [percentile(afterMs, 50), percentile(afterMs, 99), afterMs.at(-1)]
  if (half === undefined || most === undefined || last === undefined) return `${step}: ${missing}${turned}`
  const figures = `in force after ${seconds(last)} (p50 ${seconds(half)}, p99 ${seconds(most)} of ${afterMs.length} ${afterMs.length === 1 ? 'way' : 'ways'})`
  return `${step}: ${figures}${late === 0 ? '' : `; ${missing}`}${turned}`
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`
}
