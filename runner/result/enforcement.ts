/** How long it took until packets did what the policies say after a change. */
export interface Enforcement {
  /** Milliseconds from the change until it was so and stayed so, one per way that the policies decide: from one source to one socket. */
  readonly afterMs: readonly number[]
  /** How often a way was seen to turn from what the policies say to what they do not. */
  readonly flips: number
  /** Ways that did not come to it in time. */
  readonly late: number
}

/** The value below which so many hundredths of the sorted ones lie (nearest rank); none of none. */
export function percentile(sorted: readonly number[], hundredths: number): number | undefined {
  return sorted[Math.max(0, Math.ceil((sorted.length * hundredths) / 100) - 1)]
}

/** One line on the time that a step's change took to be in force; none where no path of it shows any. */
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
