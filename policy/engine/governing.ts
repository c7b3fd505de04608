import type { Direction } from '../types.ts'
import type { Compiled } from './compiled.ts'
import { type Context, matchesSpace } from './match.ts'
import type { CompiledPolicy } from './rules.ts'
import { selects } from './selectors.ts'
import type { Governing, PodActor, Space } from './subjects.ts'

/** Indexes each NetworkPolicy by namespace and by the rarest label that it requires, so that few candidates remain per pod. */
export function indexPolicies(policies: readonly CompiledPolicy[], spaces: ReadonlyMap<string, Space>): void {
  for (const policy of policies) {
    if (policy.source.kind !== 'NetworkPolicy') continue
    const space = spaces.get(policy.source.policy.namespace)
    if (space === undefined) continue
    const wanted = Object.entries(policy.pods.selector.matchLabels ?? {}).map(labelKey)
    const buckets = wanted.map((key) => ({ key, size: space.byLabel.get(key)?.length ?? 0 }))
    const smallest = buckets.toSorted((a, b) => a.size - b.size)[0]
    if (smallest === undefined) space.unlabelled.push(policy)
    else if (smallest.size === 0) space.byLabel.set(smallest.key, [policy])
    else space.byLabel.get(smallest.key)?.push(policy)
  }
}

/** Returns the policies that select a pod (rules 1, 2 and 23 to 25), cached for all pods with the same namespace and labels. */
export function governing(actor: PodActor, compiled: Compiled): Governing {
  const { space, labels } = actor
  const known = space.governing.get(labels.id)
  if (known !== undefined) return known
  const { labelling } = compiled
  const candidates = [
    ...space.unlabelled,
    ...Object.entries(labels.labels).flatMap((label) => space.byLabel.get(labelKey(label)) ?? []),
  ]
  const clusterPolicies = compiled.clusterPolicies.filter((policy) => selects(labelling, policy.pods, labels))
  const policies = candidates.filter((policy) => selects(labelling, policy.pods, labels))
  const found: Governing = {
    admin: clusterPolicies.filter((policy) => isOfTier(policy, 'Admin')),
    policies,
    isolated: { ingress: isIsolated(policies, 'ingress'), egress: isIsolated(policies, 'egress') },
    accepting: {
      ingress: policies.flatMap((policy) => policy.rules.ingress),
      egress: policies.flatMap((policy) => policy.rules.egress),
    },
    baseline: clusterPolicies.filter((policy) => isOfTier(policy, 'Baseline')),
  }
  if (labels.id >= 0) space.governing.set(labels.id, found)
  return found
}

/** Whether a ClusterNetworkPolicy that selects a pod by its labels also selects its namespace. */
export function meansSpace(policy: CompiledPolicy, space: Space, context: Context): boolean {
  return policy.namespaces === undefined || matchesSpace(policy.namespaces, space, context)
}

function isIsolated(policies: readonly CompiledPolicy[], direction: Direction): boolean {
  return policies.some((policy) => policy.isolates[direction])
}

function isOfTier({ source }: CompiledPolicy, tier: 'Admin' | 'Baseline'): boolean {
  return source.kind === 'ClusterNetworkPolicy' && source.policy.tier === tier
}

function labelKey([key, value]: readonly [string, string]): string {
  return `${key}=${value}`
}
