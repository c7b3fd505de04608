import type { Problem } from '../types.ts'
import type { ForeignPolicy } from './foreign-policies.ts'
import type { Profile } from './implementation-choices.ts'
import type { CompiledPolicy, Tables } from './rules.ts'
import type { Actor, HostActor, PodActor, Space } from './subjects.ts'
import type { PolicyWorld } from './world.ts'

/** A world prepared for queries. It is immutable except for its caches. */
export interface Compiled extends Tables {
  readonly world: PolicyWorld
  readonly profile: Profile
  readonly spaces: ReadonlyMap<string, Space>
  /** Pods by `namespace/name`, including pods on the host network. */
  readonly pods: ReadonlyMap<string, PodActor>
  readonly nodes: ReadonlyMap<string, HostActor>
  /** Pods and nodes by canonical address. */
  readonly byAddress: ReadonlyMap<string, Actor>
  /** ClusterNetworkPolicies in order of evaluation. */
  readonly clusterPolicies: readonly CompiledPolicy[]
  /** Policies of kinds that the engine does not evaluate. */
  readonly foreign: readonly ForeignPolicy[]
  /** Two policies with the same name (docs/semantics.md, rule 66). */
  readonly problems: readonly Problem[]
}
