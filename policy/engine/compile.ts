import type { NetworkPolicy, Problem } from '../types.ts'
import type { Compiled } from './compiled.ts'
import { foreignPoliciesOf } from './foreign-policies.ts'
import { indexPolicies } from './governing.ts'
import { defaultProfile, type Profile } from './implementation-choices.ts'
import { newNetworks } from './networks.ts'
import { addressesOf, nodesOf, podsOf, spacesOf } from './population.ts'
import { compileClusterPolicy, compilePolicy, type Tables } from './rules.ts'
import { newLabelling } from './selectors.ts'
import type { PolicyWorld } from './world.ts'

/** Prepares a world for `predict`. Selectors are evaluated lazily, once each, so that thousands of policies compile within a second. */
export function compile(world: PolicyWorld, profile: Partial<Profile> = {}): Compiled {
  const tables: Tables = { labelling: newLabelling(), networks: newNetworks() }
  const { policies, problems } = withoutTwins(world.policies)
  const compiled = policies.map((policy) => compilePolicy(policy, tables))
  const clusterPolicies = (world.clusterPolicies ?? [])
    .toSorted((a, b) => a.priority - b.priority || (a.name < b.name ? -1 : 1))
    .map((policy) => compileClusterPolicy(policy, tables))
  const living = world.pods.filter((pod) => pod.ended !== true)
  const spaces = spacesOf(world.namespaces, [...living, ...policies], tables)
  const pods = podsOf(living, spaces, tables)
  const nodes = nodesOf(world.nodes, living, tables)
  indexPolicies(compiled, spaces)
  return {
    ...tables,
    world,
    spaces,
    pods,
    nodes,
    clusterPolicies,
    problems,
    profile: { ...defaultProfile, ...profile },
    byAddress: addressesOf(pods.values(), nodes.values()),
    foreign: foreignPoliciesOf(world),
  }
}

/** Rule 66: the API stores one object per name, so the last one wins. */
export function withoutTwins(all: readonly NetworkPolicy[]): { policies: NetworkPolicy[]; problems: Problem[] } {
  const byName = new Map<string, NetworkPolicy>()
  const problems: Problem[] = []
  for (const policy of all) {
    const name = `${policy.namespace}/${policy.name}`
    if (byName.has(name)) problems.push(twin(name, policy))
    byName.set(name, policy)
  }
  return { policies: [...byName.values()], problems }
}

function twin(name: string, { place }: NetworkPolicy): Problem {
  return {
    severity: 'error',
    message: `NetworkPolicy ${name}: given more than once: a cluster keeps the one that is applied last`,
    hint: 'give one of them another name, or remove it',
    ...(place === undefined ? {} : { place }),
  }
}
