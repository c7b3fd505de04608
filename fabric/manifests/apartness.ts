import type { Place } from '../../policy/types.ts'

/**
 * Pairs of places that need not be in the same cluster, so that a conflict between them is no mistake. If nothing is
 * known, all places are in one cluster.
 */
export interface Apartness {
  /** A cluster has only one of the two. */
  readonly areAlternatives: (a: Place, b: Place) => boolean
  /** The two places are dumps of two clusters, or of one cluster at two times. */
  readonly areDumps: (a: Place, b: Place) => boolean
}

export const together: Apartness = { areAlternatives: () => false, areDumps: () => false }
