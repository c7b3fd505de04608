/** One measured value, for a table. */
export interface Figure {
  readonly what: string
  readonly value: number
  readonly unit: string
  /** The target value, in words. */
  readonly goal?: string
}

/** A program that measures and asserts nothing. Each is in its own file and is listed in `bench/main.ts`. */
export interface Bench {
  readonly name: string
  run(): Promise<readonly Figure[]>
}

/** Returns the median of the values. For an even count, the higher of the two middle values. */
export const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0

/** Runs `work` and returns its result and duration in milliseconds. */
export async function timed<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly ms: number }> {
  const begun = performance.now()
  const result = await work()
  return { result, ms: performance.now() - begun }
}
