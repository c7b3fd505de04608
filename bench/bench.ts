/** One measured figure, for a table. */
export interface Figure {
  readonly what: string
  readonly value: number
  readonly unit: string
  /** What the figure should be, in words. */
  readonly goal?: string
}

/** A program that measures and asserts nothing; each stands in a file of its own and is listed in `bench/main.ts`. */
export interface Bench {
  readonly name: string
  run(): Promise<readonly Figure[]>
}

/** The middle of the values, the higher one of two. */
export const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0

/** How long `work` takes, in milliseconds, and what it gives. */
export async function timed<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly ms: number }> {
  const begun = performance.now()
  const result = await work()
  return { result, ms: performance.now() - begun }
}
