import type { Family } from '../cidr.ts'
import type { Direction } from '../types.ts'
import type { Located } from './networks.ts'
import type { CompiledPolicy, CompiledRule } from './rules.ts'
import type { LabelSet } from './selectors.ts'
import type { PolicyNode, PolicyPod } from './world.ts'

export interface Space {
  readonly name: string
  readonly labels: LabelSet
  readonly labelsKnown: boolean
  /** All pods, including those on the host network. */
  readonly pods: PodActor[]
  /** Policies of the namespace, keyed by one required label (`key=value`), and those that require none. */
  readonly byLabel: Map<string, CompiledPolicy[]>
  readonly unlabelled: CompiledPolicy[]
  readonly governing: Map<number, Governing>
}

/** The policies that select pods with certain labels in a namespace, per tier, lowest priority first. */
export interface Governing {
  readonly admin: readonly CompiledPolicy[]
  readonly policies: readonly CompiledPolicy[]
  /** Whether any of `policies` isolates the pod in a direction (rule 3), and all their rules. */
  readonly isolated: Readonly<Record<Direction, boolean>>
  readonly accepting: Readonly<Record<Direction, readonly CompiledRule[]>>
  readonly baseline: readonly CompiledPolicy[]
}

/** A pod as policies see it. On the host network, it appears as an address of its node (docs/semantics.md, rule 50). */
export interface PodActor {
  readonly kind: 'pod'
  readonly pod: PolicyPod
  readonly space: Space
  readonly labels: LabelSet
  readonly addresses: readonly Located[]
}

/** A node, or processes on it. */
export interface HostActor {
  readonly kind: 'host'
  readonly node: PolicyNode
  readonly labels: LabelSet
  readonly addresses: readonly Located[]
  /** The pod on the host network, for implementations that treat it as a normal pod. */
  readonly pod: PodActor | undefined
}

export interface ExternalActor {
  readonly kind: 'external'
  readonly address: Located
  readonly hostname: string | undefined
}

export type Actor = PodActor | HostActor | ExternalActor

/** An actor with the address that it uses in one connection. */
export interface End {
  readonly actor: Actor
  readonly at: Located
}

/** Returns the address of an actor in a family, or undefined if it has none. */
export function addressOf(actor: Actor, family: Family): Located | undefined {
  if (actor.kind === 'external') return actor.address.family === family ? actor.address : undefined
  return actor.addresses.find((address) => address.family === family)
}
