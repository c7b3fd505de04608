import type { Problem } from '../types.ts'
import type { ForeignPolicy } from './foreign-policies.ts'
import type { Profile } from './implementation-choices.ts'
import type { CompiledPolicy, Tables } from './rules.ts'
import type { Actor, HostActor, PodActor, Space } from './subjects.ts'
import type { PolicyWorld } from './world.ts'

/** A world prepared for questions. Nothing in it changes afterwards but what it remembers of answers. */
export interface Compiled extends Tables {
  readonly world: PolicyWorld
  readonly profile: Profile
  readonly spaces: ReadonlyMap<string, Space>
  /** By `namespace/name`, pods on the host's network included. */
  readonly pods: ReadonlyMap<string, PodActor>
  readonly nodes: ReadonlyMap<string, HostActor>
  /** Pods and nodes by canonical address. */
  readonly byAddress: ReadonlyMap<string, Actor>
  /** ClusterNetworkPolicies, the first asked first. */
  readonly clusterPolicies: readonly CompiledPolicy[]
  /** Policies of kinds that are not evaluated here. */
  readonly foreign: readonly ForeignPolicy[]
  /** Two policies of one name (docs/semantics.md, rule 66). */
  readonly problems: readonly Problem[]
}
