/** Where implementations differ from each other, each as one bit; the numbers are rules of docs/semantics.md. */
export const choiceBits = {
  27: 1,
  31: 2,
  40: 4,
  44: 8,
  45: 16,
  50: 32,
  52: 64,
  /** Rule 33, what the policy of the source sees. */
  '33-egress': 128,
  /** Rule 33, what the policy of the destination sees: the node through which the connection comes in, instead of the client. */
  '33-ingress': 256,
  domainNames: 512,
  samePriority: 1024,
  /** Rule 33, the same where that node is another one: the destination's own node, whose traffic may always enter (rule 51). */
  '33-own-node': 2048,
} as const
export type ChoiceBit = (typeof choiceBits)[keyof typeof choiceBits]

/** A rule of docs/semantics.md that leaves something open, or what ClusterNetworkPolicy leaves open. */
export type Choice = 27 | 31 | 33 | 40 | 44 | 45 | 47 | 49 | 50 | 52 | 54 | 'domainNames' | 'samePriority'

/** What a plugin is known to do, where it is known. */
export interface Profile {
  /** Rule 31: an ipBlock also matches pods (default), or only what is outside the cluster, as in Cilium. */
  readonly ipBlockMatchesPods: boolean
  /** Rule 40: the whole range is enforced (default), or only `port`. */
  readonly endPort: boolean
  /** Answers that depend on a choice of the implementation become `undefined`. */
  readonly portable: boolean
}

export const defaultProfile: Profile = { ipBlockMatchesPods: true, endPort: true, portable: false }

/** One run of the evaluator under one set of choices; it notes which choices it came across. */
export interface Assumptions {
  readonly profile: Profile
  /** Choices that are taken the other way in this run. */
  readonly flipped: number
  consulted: number
}

/** Whether a choice is taken the other way in this run; coming here is noted, so that the caller can try both. */
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

/** The choices of a set of bits. */
export function choicesOf(bits: number): Choice[] {
  return [...new Set(byBit.flatMap(([bit, choice]) => ((bits & bit) === 0 ? [] : [choice])))]
}

/** Choices for which there is no default: no tool may promise either answer. */
export const unpromised: number =
  choiceBits[52] |
  choiceBits['33-egress'] |
  choiceBits['33-ingress'] |
  choiceBits['33-own-node'] |
  choiceBits.domainNames |
  choiceBits.samePriority
