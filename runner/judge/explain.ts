import type { Probe } from '../../fabric/fabric.ts'
import type { Pod, World } from '../../fabric/world.ts'
import { describeSelector, matchesSelector } from '../../policy/selector.ts'
import type { Direction, NetworkPolicy, PolicyRule } from '../../policy/types.ts'
import { isolatingPolicies, policyNames } from '../control/isolation.ts'
import type { PlannedPath } from '../plan/paths.ts'
import type { Verdict } from './verdict.ts'

export interface ExplainOptions {
  readonly world: World
  readonly probe: Probe | undefined
}

/** What the policies have to do with a path that failed: those that should have stopped it, or those that stand in its way. */
export function explain(planned: PlannedPath, verdict: Verdict, { world, probe }: ExplainOptions): string[] {
  const targets = targetPods(planned)
  const source = probe?.pod
  if (passes.has(verdict.cause ?? '') && planned.path.expect.kind === 'blocked') {
    return unguarded(targets, world)
  }
  if (verdict.cause === 'blocked' || verdict.cause === 'partly_open') {
    return [...inTheWay(targets, 'ingress', world), ...inTheWay(source === undefined ? [] : [source], 'egress', world)]
  }
  if (verdict.cause === 'dns' && verdict.observed?.reason === 'dns_timeout') {
    return inTheWay(source === undefined ? [] : [source], 'egress', world)
  }
  return []
}

const passes = new Set<string>(['open', 'leak', 'service'])

/** One pod of each set that policies treat alike. */
function targetPods({ addresses }: PlannedPath): Pod[] {
  const pods = addresses.flatMap(({ aim }) => (aim.kind === 'pod' ? [aim.pod] : []))
  return [...new Map(pods.map((pod) => [JSON.stringify([pod.namespace, pod.workload, pod.labels]), pod])).values()]
}

function unguarded(targets: readonly Pod[], world: World): string[] {
  return targets.flatMap((pod) => {
    const isolating = isolatingPolicies(pod, 'ingress', world)
    if (isolating.length > 0) return [`policies that limit what enters ${title(pod)}: ${policyNames(isolating)}`]
    const own = world.policies.filter(({ namespace }) => namespace === pod.namespace)
    const none = `no policy limits what enters ${title(pod)}`
    if (own.length === 0) return [`${none}: namespace ${pod.namespace} has no NetworkPolicy`]
    return [
      none,
      ...own
        .filter((policy) => policy.policyTypes.includes('ingress'))
        .flatMap((policy) => selectsNothing(policy, world)),
    ]
  })
}

/** A policy that selects no pod, with what it looks for: the label is often on the Deployment and not on its template. */
function selectsNothing(policy: NetworkPolicy, world: World): string[] {
  const pods = world.pods.filter(({ namespace }) => namespace === policy.namespace)
  if (pods.some((pod) => matchesSelector(policy.podSelector, pod.labels))) return []
  return [
    `policy ${policy.namespace}/${policy.name} selects nothing: no pod there is among the ${describeSelector(policy.podSelector)}`,
  ]
}

function inTheWay(pods: readonly Pod[], direction: Direction, world: World): string[] {
  return pods.flatMap((pod) => {
    const isolating = isolatingPolicies(pod, direction, world)
    if (isolating.length === 0) return []
    const what = direction === 'ingress' ? `what enters ${title(pod)}` : `what leaves ${title(pod)}`
    return [
      `${what} is limited by ${policyNames(isolating)}`,
      ...isolating.flatMap((policy) => namelessPeers(policy, direction, world)),
    ]
  })
}

/** Rules whose namespaceSelector matches no namespace: what they mean to admit does not exist. */
function namelessPeers(policy: NetworkPolicy, direction: Direction, world: World): string[] {
  return policy[direction].flatMap((rule: PolicyRule, index) =>
    rule.peers.flatMap(({ namespaceSelector }) => {
      if (namespaceSelector === undefined) return []
      if (world.namespaces.some(({ labels }) => matchesSelector(namespaceSelector, labels))) return []
      const looked = describeSelector(namespaceSelector, 'namespaces')
      return [`policy ${policy.namespace}/${policy.name} ${direction}[${index}] looks for ${looked}, and there is none`]
    }),
  )
}

function title({ namespace, workload }: Pod): string {
  return `${namespace}/${workload.kind.toLowerCase()}/${workload.name}`
}
