/** Points on which implementations differ, one bit each. The numbers are rules of docs/semantics.md. */
export const choiceBits = {
  27: 1,
  31: 2,
  40: 4,
  44: 8,
  45: 16,
  50: 32,
  52: 64,
  /** Rule 33: the address that the source's policy sees. */
  '33-egress': 128,
  /** Rule 33: the destination's policy sees the node through which the connection enters, not the client. */
  '33-ingress': 256,
  domainNames: 512,
  samePriority: 1024,
  /** Rule 33: the same when that node could also be the destination's own node, whose traffic is always allowed (rule 51). */
  '33-own-node': 2048,
} as const
export type ChoiceBit = (typeof choiceBits)[keyof typeof choiceBits]

/** A rule of docs/semantics.md that leaves behaviour open, or a point that ClusterNetworkPolicy leaves open. */
export type Choice = 27 | 31 | 33 | 40 | 44 | 45 | 47 | 49 | 50 | 52 | 54 | 'domainNames' | 'samePriority'

/** Known behaviour of a network plugin. */
export interface Profile {
  /** Rule 31: an ipBlock also matches pods (default), or only addresses outside the cluster, as in Cilium. */
  readonly ipBlockMatchesPods: boolean
  /** Rule 40: the whole range is enforced (default), or only `port`. */
  readonly endPort: boolean
  /** Verdicts that depend on an implementation choice become `undefined`. */
  readonly portable: boolean
}

export const defaultProfile: Profile = { ipBlockMatchesPods: true, endPort: true, portable: false }

/** One run of the evaluator under one set of choices. It records the choices that it meets. */
export interface Assumptions {
  readonly profile: Profile
  /** The choices that this run inverts. */
  readonly flipped: number
  consulted: number
}

/** Whether this run inverts a choice. Records the choice as met, so that the caller can try both values. */
export function isFlipped(assumptions: Assumptions, bit: ChoiceBit): boolean {
  assumptions.consulted |= bit
  return (assumptions.flipped & bit) !== 0
}

const byBit: readonly (readonly [number, Choice])[] = [
  [choiceBits[27], 27],
  [choiceBits[31], 31],
  [choiceBits['33-egress'], 33],
  [choiceBits['33-ingress'], 33],
  [choiceBits['33-own-node'], 33],
  [choiceBits[40], 40],
  [choiceBits[44], 44],
  [choiceBits[45], 45],
  [choiceBits[50], 50],
  [choiceBits[52], 52],
  [choiceBits.domainNames, 'domainNames'],
  [choiceBits.samePriority, 'samePriority'],
]

/** Converts a set of bits to choices. */
export function choicesOf(bits: number): Choice[] {
  return [...new Set(byBit.flatMap(([bit, choice]) => ((bits & bit) === 0 ? [] : [choice])))]
}

/** Choices without a default: no tool can guarantee either answer. */
export const unpromised: number =
  choiceBits[52] |
  choiceBits['33-egress'] |
  choiceBits['33-ingress'] |
  choiceBits['33-own-node'] |
  choiceBits.domainNames |
  choiceBits.samePriority
