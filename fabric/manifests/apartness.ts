import type { Place } from '../../policy/types.ts'

/**
 * Of which two places it is known that they need not be of one cluster: what both claim is no mistake then. All are of one cluster where
 * nothing is known.
 */
export interface Apartness {
  /** A cluster has one of the two. */
  readonly areAlternatives: (a: Place, b: Place) => boolean
  /** What a cluster said of its state is of two clusters, or of two times. */
  readonly areDumps: (a: Place, b: Place) => boolean
}

export const together: Apartness = { areAlternatives: () => false, areDumps: () => false }
