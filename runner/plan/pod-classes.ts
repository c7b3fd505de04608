import { remembered } from '../../fabric/endpoints.ts'
import type { Pod, Service, World } from '../../fabric/world.ts'
import { matchesSelector } from '../../policy/selector.ts'
import type { NetworkPolicy, PolicyPeer, PolicyRule } from '../../policy/types.ts'
import type { PossibleDestinations } from './destination-nodes.ts'
import { familyOf } from './planned-check.ts'
import { type PolicyIndex, policyIndexOf } from './policy-index.ts'

const most = 10

export interface ClassOptions {
  /** Called only if there is more than one pod. */
  readonly possibleDestinations: () => PossibleDestinations
  /** False if no destination is a node or on a node's network. */
  readonly mayMeetNodes?: boolean
  /**
   * Up to this many classes, destination pods on the same node are compared by name. Beyond it, nodes are equal if they run pods of the same kinds.
   */
  readonly byPods?: number
}

/**
 * Groups pods of one namespace by what affects their connections to the destinations: egress policies that select them, ingress rules at the
 * destination that match them, address families, and nodes if these matter. Any pod of a group represents the others.
 */
export function podClasses(
  pods: readonly Pod[],
  world: World,
  { possibleDestinations, mayMeetNodes = true, byPods = most }: ClassOptions,
): readonly Pod[][] {
  if (pods.length === 0) return []
  if (areAlike(pods, mayMeetNodes, world)) return [[...pods]]
  const classContext = classContextOf(possibleDestinations(), world)
  const kindOf = kindsOf(pods, classContext)
  const groups = (called: NameOf) => grouped(pods, (pod) => differenceOf(pod, { ...classContext, kindOf, called }))
  const exact = groups(nameOf)
  return exact.length <= byPods ? exact : groups(kindOf)
}

/** Whether pods are equal on every path. Cheap to check, and true for most workloads. */
function areAlike(
  pods: readonly Pod[],
  mayMeetNodes: boolean,
  { policies, services, clusterPolicies, notEnforced }: World,
): boolean {
  const [first, ...others] = pods
  if (first === undefined || others.length === 0) return true
  const index = policyIndexOf(policies)
  const looksOf = ({ hostNetwork, labels, ports, addresses }: Pod) =>
    JSON.stringify([hostNetwork, labels, ports, addresses.map((each) => [familyOf(each), index.blocksOf(each)])])
  const look = looksOf(first)
  if (first.hostNetwork || others.some((pod) => looksOf(pod) !== look)) return false
  const isGoverned = index.governing('egress', first).length > 0 || (clusterPolicies ?? notEnforced) !== undefined
  return !(isGoverned && mayMeetNodes) && !remembered(localServices, services, () => services.some(isLocal))
}

const localServices = new WeakMap<readonly Service[], boolean>()

function isLocal({ internalTrafficPolicy }: Service): boolean {
  return internalTrafficPolicy === 'Local'
}

type NameOf = (destination: Pod) => string

function grouped(pods: readonly Pod[], keyOf: (pod: Pod) => string): Pod[][] {
  return [...Map.groupBy(pods, keyOf).values()]
}

interface ClassContext {
  readonly index: PolicyIndex
  readonly possibleDestinations: PossibleDestinations
  /** Isolated pods. A node reaches the pods on it nevertheless (docs/semantics.md#rule-51). */
  readonly isolated: readonly Pod[]
  /** Pods on a node's network. Plugins differ on traffic from the pods of the same node to them (docs/semantics.md#rule-52). */
  readonly onHosts: readonly Pod[]
  readonly rules: readonly Rule[]
  /** Pod selectors of ClusterNetworkPolicies. */
  readonly selectors: readonly Parameters<typeof matchesSelector>[0][]
  readonly labelsOf: (namespace: string) => Pod['labels']
}

interface Rule extends Pick<PolicyRule, 'peers'> {
  readonly policy: NetworkPolicy
}

function classContextOf(possibleDestinations: PossibleDestinations, world: World): ClassContext {
  const { clusterPolicies = [], notEnforced = [], namespaces } = world
  const { pods, ingress } = possibleDestinations
  const ruling = [...clusterPolicies, ...notEnforced]
  const index = policyIndexOf(world.policies)
  const labels = new Map(namespaces.map((namespace) => [namespace.name, namespace.labels]))
  return {
    index,
    possibleDestinations,
    isolated: ruling.length > 0 ? pods : pods.filter((pod) => index.governing('ingress', pod).length > 0),
    onHosts: pods.filter(({ hostNetwork }) => hostNetwork),
    rules: ingress.flatMap((policy) => policy.ingress.map(({ peers }) => ({ policy, peers }))),
    selectors: ruling.flatMap((each) => [
      each.subject.podSelector,
      ...[...each.ingress, ...each.egress].flatMap(({ peers }) =>
        peers.flatMap((peer) => (peer.kind === 'pods' ? [peer.podSelector] : [])),
      ),
    ]),
    labelsOf: (namespace) => labels.get(namespace) ?? {},
  }
}

interface Naming extends ClassContext {
  readonly kindOf: (destination: Pod) => string
  /** Names a destination pod on the node: by its name, or by its kind. */
  readonly called: (destination: Pod) => string
}

/** A key that is equal for equivalent pods. A pod among the destinations is not a destination of itself (docs/semantics.md#rule-53). */
function differenceOf(pod: Pod, { kindOf, called, ...classContext }: Naming): string {
  const { index, possibleDestinations, isolated, onHosts, rules, selectors } = classContext
  const egress = index.governing('egress', pod)
  const mattering = pod.hostNetwork ? isolated : egress.length + selectors.length > 0 ? onHosts : []
  const near = (possibleDestinations.isLocal ? possibleDestinations.pods : mattering).filter(
    ({ node }) => node === pod.node,
  )
  const isTarget = possibleDestinations.nodes.has(pod.node) && (mattering.length > 0 || egress.length > 0)
  return JSON.stringify([
    pod.hostNetwork,
    pod.addresses.map(familyOf),
    egress.map(({ name }) => name),
    rules.map((rule) => matchOf(rule, pod, classContext)),
    selectors.map((selector) => matchesSelector(selector, pod.labels)),
    [...near.map(called), ...(isTarget ? ['the node'] : [])].toSorted(),
    possibleDestinations.pods.includes(pod) ? kindOf(pod) : '',
  ])
}

function nameOf({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `${namespace}/${name}`
}

/** Names the kind of a destination pod. Pods that the policies at both ends treat alike have the same kind. */
function kindsOf(sources: readonly Pod[], classContext: ClassContext): (destination: Pod) => string {
  const { index, selectors } = classContext
  const egress = [...new Set(sources.flatMap((pod) => index.governing('egress', pod)))]
  const rules = egress.flatMap((policy) => policy.egress.map(({ peers }) => ({ policy, peers })))
  return (pod) =>
    JSON.stringify([
      pod.hostNetwork,
      pod.ports,
      index.governing('ingress', pod).map(nameOf),
      rules.map((rule) => matchOf(rule, pod, classContext)),
      selectors.map((selector) => matchesSelector(selector, pod.labels)),
    ])
}

/** Which of a rule's peers match a pod: by labels, and by each address. Plugins differ on whether an ipBlock matches a pod. */
function matchOf(
  { policy, peers }: Rule,
  pod: Pod,
  { labelsOf, index }: Pick<ClassContext, 'labelsOf' | 'index'>,
): string {
  const bySelector = peers.some(
    (peer) => peer.ipBlock === undefined && meansSpaceOf(peer, pod, { policy, labelsOf }) && meansLabelsOf(peer, pod),
  )
  const blocks = peers.flatMap(({ ipBlock }) => (ipBlock === undefined ? [] : [ipBlock]))
  const byAddress = pod.addresses.map((address) => blocks.some((block) => index.isIn(block, address)))
  return [bySelector, ...byAddress].map((matches) => (matches ? 'x' : '-')).join('')
}

function meansSpaceOf(
  { namespaceSelector }: PolicyPeer,
  { namespace }: Pod,
  { policy, labelsOf }: Pick<Rule, 'policy'> & Pick<ClassContext, 'labelsOf'>,
): boolean {
  return namespaceSelector === undefined
    ? policy.namespace === namespace
    : matchesSelector(namespaceSelector, labelsOf(namespace))
}

function meansLabelsOf({ podSelector }: PolicyPeer, { labels }: Pod): boolean {
  return podSelector === undefined || matchesSelector(podSelector, labels)
}
