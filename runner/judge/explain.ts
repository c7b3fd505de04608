import { isolatingPolicies } from '../../fabric/isolation.ts'
import type { Pod, World } from '../../fabric/world.ts'
import { describeSelector, matchesSelector } from '../../policy/selector.ts'
import type { Direction, NetworkPolicy } from '../../policy/types.ts'
import type { PlannedPath } from '../plan/planned-path.ts'
import { hopSentences } from '../predict/evidence.ts'
import type { HopPrediction } from '../predict/hop-prediction.ts'
import type { PathPrediction } from '../predict/predict.ts'
import type { Cause } from '../result/path-result.ts'
import type { Verdict } from './endpoint-verdict.ts'

export interface ExplainOptions {
  readonly world: World
  readonly source: Pod | undefined
  readonly prediction: PathPrediction
}

/** How the policies explain a path that did not pass: the rules that allow or block it, and probable mistakes in the policies. */
export function explain(planned: PlannedPath, { cause, observed }: Verdict, options: ExplainOptions): string[] {
  const { source, prediction, world } = options
  if (cause === 'dns') {
    // A prediction has no observation.
    if (observed !== undefined && observed.reason !== 'dns_timeout') return []
    return [
      ...hopSentences(prediction.dns.filter(denied)),
      ...(source === undefined ? [] : nameless(source, 'egress', world)),
    ]
  }
  if (cause === undefined || !aboutPolicies.has(cause)) return []
  const hops = [...prediction.byPlannedCheck.values()].flat()
  const targets = targetPods(planned)
  if (planned.path.expect.kind === 'blocked')
    return [...hopSentences(hops.filter((hop) => !denied(hop))), ...targets.flatMap((pod) => unguarded(pod, world))]
  const odd = [
    ...uneven(planned, prediction, world),
    ...targets.flatMap((pod) => nameless(pod, 'ingress', world)),
    ...(source === undefined ? [] : nameless(source, 'egress', world)),
  ]
  return [...hopSentences(hops.filter(denied)), ...new Set(odd)]
}

const aboutPolicies = new Set<Cause>([
  'open',
  'leak',
  'service',
  'blocked',
  'partly_open',
  'policy',
  'enforcement',
  'unenforced',
  'unexplained_block',
])

function denied(hop: HopPrediction): boolean {
  return hop.verdict === 'deny'
}

/** One pod of each set of target pods that policies treat alike. */
function targetPods({ addresses }: PlannedPath): Pod[] {
  const pods = addresses.flatMap(({ destination }) => (destination.kind === 'pod' ? [destination.pod] : []))
  return [...new Map(pods.map((pod) => [JSON.stringify([pod.namespace, pod.workload, pod.labels]), pod])).values()]
}

/** Why no policy limits ingress to a pod; empty if one does. */
function unguarded(pod: Pod, world: World): string[] {
  if (pod.hostNetwork)
    return [`${pod.namespace}/${pod.name} is on its node's network, where NetworkPolicies do not apply`]
  if (isolatingPolicies(pod, 'ingress', world).length > 0) return []
  const own = world.policies.filter(({ namespace }) => namespace === pod.namespace)
  if (own.length === 0) return [`namespace ${pod.namespace} has no NetworkPolicy`]
  return own
    .filter((policy) => policy.policyTypes.includes('ingress'))
    .flatMap((policy) => selectsNothing(policy, world))
}

/** Reports a policy that selects no pod, with its selector. Often the label is on the Deployment and missing in the pod template. */
function selectsNothing(policy: NetworkPolicy, world: World): string[] {
  const pods = world.pods.filter(({ namespace }) => namespace === policy.namespace)
  if (pods.some((pod) => matchesSelector(policy.podSelector, pod.labels))) return []
  return [`policy ${nameOf(policy)} selects nothing: no pod there is among the ${describeSelector(policy.podSelector)}`]
}

/** Policies that select only some pods of the target. The others miss a label, or have one too many. */
function uneven({ addresses }: PlannedPath, { byPlannedCheck }: PathPrediction, world: World): string[] {
  const pods = addresses.flatMap((plannedCheck) => {
    const { destination } = plannedCheck
    return destination.kind === 'pod'
      ? [{ pod: destination.pod, isDenied: byPlannedCheck.get(plannedCheck)?.some(denied) ?? false }]
      : []
  })
  return world.policies.flatMap((policy) => {
    if (!policy.policyTypes.includes('ingress')) return []
    const own = pods.filter(({ pod }) => pod.namespace === policy.namespace)
    const selected = own.filter(({ pod }) => matchesSelector(policy.podSelector, pod.labels))
    const left = own.filter((each) => each.isDenied && !selected.includes(each))
    const [first] = selected
    if (first === undefined || left.length === 0 || selected.some(({ isDenied }) => isDenied)) return []
    const names = [...new Set(left.map(({ pod }) => pod.name))].join(', ')
    const labels = describeSelector(policy.podSelector)
    return [`policy ${nameOf(policy)} selects ${first.pod.name}, but not ${names}: it is for ${labels}`]
  })
}

/** Rules whose namespaceSelector matches no namespace, so that they allow nothing. */
function nameless(pod: Pod, direction: Direction, world: World): string[] {
  return isolatingPolicies(pod, direction, world).flatMap((policy) =>
    policy[direction].flatMap((rule, index) =>
      rule.peers.flatMap(({ namespaceSelector }) => {
        if (namespaceSelector === undefined) return []
        if (world.namespaces.some(({ labels }) => matchesSelector(namespaceSelector, labels))) return []
        const wanted = describeSelector(namespaceSelector, 'namespaces')
        return [`policy ${nameOf(policy)} ${direction}[${index}] looks for ${wanted}, and there is none`]
      }),
    ),
  )
}

function nameOf({ namespace, name }: NetworkPolicy): string {
  return `${namespace}/${name}`
}
