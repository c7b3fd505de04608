import type { ManifestObject } from '../fabric/manifests/object.ts'
import type { Pod } from '../fabric/world.ts'
import type { Path } from '../policy/field.ts'
import type { Direction, NetworkPolicy, PolicyPeer, PolicyPort, PolicyRule } from '../policy/types.ts'
import type { Context } from './context.ts'

/** An active rule of a policy, with its place. */
export interface RuleAt {
  readonly policy: NetworkPolicy
  readonly object: ManifestObject
  readonly direction: Direction
  readonly rule: PolicyRule
  readonly path: Path
}

export interface PeerAt extends RuleAt {
  readonly peer: PolicyPeer
  readonly peerPath: Path
}

export interface PortAt extends RuleAt {
  readonly port: PolicyPort
  readonly portPath: Path
}

/** Returns every rule of a direction in policyTypes. Other rules have no effect (docs/semantics.md, rule 10). */
export function rulesIn({ policies }: Pick<Context, 'policies'>): RuleAt[] {
  return policies.flatMap(({ policy, object }) =>
    policy.policyTypes.flatMap((direction) =>
      policy[direction].map((rule, index) => ({ policy, object, direction, rule, path: ['spec', direction, index] })),
    ),
  )
}

/** Returns the key of a rule's peers. */
export function peersKeyOf(direction: Direction): 'from' | 'to' {
  return direction === 'ingress' ? 'from' : 'to'
}

/** Returns every peer of every rule. */
export function peersIn(context: Pick<Context, 'policies'>): PeerAt[] {
  return rulesIn(context).flatMap((at) =>
    at.rule.peers.map((peer, index) => ({
      ...at,
      peer,
      peerPath: [...at.path, peersKeyOf(at.direction), index],
    })),
  )
}

/** Returns every item of `ports` of every rule. */
export function portsIn(context: Pick<Context, 'policies'>): PortAt[] {
  return rulesIn(context).flatMap((at) =>
    at.rule.ports.map((port, index) => ({ ...at, port, portPath: [...at.path, 'ports', index] })),
  )
}

/**
 * Returns the pods whose ports a rule applies to: the selected pods for ingress, the peers for egress (docs/semantics.md, rule 39). Returns
 * `everybody` for an egress rule without peers or with a network.
 */
export function destinationsOf(at: RuleAt, { population }: Pick<Context, 'population'>): readonly Pod[] | 'everybody' {
  const { policy, direction, rule } = at
  if (direction === 'ingress') return population.select(policy.namespace, policy.podSelector)
  if (rule.peers.length === 0 || rule.peers.some(({ ipBlock }) => ipBlock !== undefined)) return 'everybody'
  const [first, ...more] = rule.peers.map((peer) => population.peersOf(policy.namespace, peer))
  return first !== undefined && more.length === 0 ? first : [...new Set([...(first ?? []), ...more.flat()])]
}
