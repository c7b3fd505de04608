import { dnsEndpointsOf, dnsServiceOf } from '../fabric/cluster-dns.ts'
import { mayAllowDns } from '../fabric/dns-outside-input.ts'
import type { Endpoint } from '../fabric/endpoints.ts'
import { nameLabel } from '../fabric/manifests/namespaces.ts'
import type { Pod } from '../fabric/world.ts'
import type { Path } from '../policy/field.ts'
import type { NetworkPolicy, PolicyRule, Protocol } from '../policy/types.ts'
import type { Context, PolicyObject } from './context.ts'
import { ruleCoversPort } from './covers.ts'
import { isolatorsOf } from './isolators.ts'
import { perContext } from './per-context.ts'

/** Pods that the same policies isolate for egress. */
export interface IsolatedGroup {
  readonly pods: readonly Pod[]
  /** All policies that isolate them for egress. */
  readonly policies: readonly PolicyObject[]
  /** The first rule that covers a DNS port, with its policy. */
  readonly meant: (PolicyObject & { readonly rule: PolicyRule; readonly path: Path }) | undefined
}

/** How such pods reach the cluster DNS. */
export interface DnsReach extends IsolatedGroup {
  readonly udp: boolean
  readonly tcp: boolean
  /** Whether the DNS rule has the DNS pods among its peers. */
  readonly byPeer: boolean
  /** Whether the rules allow DNS only if it is in a namespace with labels that no namespace of the input has. */
  readonly byUnknownLabels: boolean
}

/** Returns the pods of the input that egress policies isolate and for which a rule allows destinations that need name resolution. */
export const isolatedGroupsOf = perContext((context: Context): readonly IsolatedGroup[] => {
  const given = [...isolatorsOf(context).egress].filter(([pod]) => pod.place !== undefined)
  const groups = Map.groupBy(given, ([pod, policies]) =>
    [
      pod.dnsPolicy,
      ...(pod.dnsConfig?.nameservers ?? []),
      ...policies.map(({ object }) => `${object.namespace}/${object.name}`),
    ].join(' '),
  )
  return [...groups.values()].flatMap((group) => {
    const policies = group[0]![1]
    if (!policies.some(({ policy }) => policy.egress.some(needsNames))) return []
    return [{ pods: group.map(([pod]) => pod), policies, meant: meantOf(policies) }]
  })
})

/** Includes only pods that use the cluster DNS. */
export const dnsReachOf = perContext((context: Context): readonly DnsReach[] => {
  const endpoints = dnsEndpointsOf(context.world).filter(({ pod }) => pod !== undefined)
  if (endpoints.length === 0) return []
  return isolatedGroupsOf(context).flatMap((group) => {
    if (group.pods[0]!.dnsPolicy !== 'ClusterFirst') return []
    const rules = group.policies.flatMap(({ policy }) => policy.egress.map((rule) => ({ policy, rule })))
    const reaches = (protocol: Protocol) =>
      rules.some(({ policy, rule }) =>
        endpoints.some((end) => end.protocol === protocol && allows(rule, { policy, end, context })),
      )
    const { meant } = group
    const byPeer = endpoints.some((end) => meant !== undefined && isPeer(meant.rule, { ...meant, end, context }))
    const [udp, tcp] = [reaches('UDP'), reaches('TCP')]
    const known = rules.some(({ policy, rule }) =>
      endpoints.some((end) => allows(withoutUnknownLabels(rule, context), { policy, end, context })),
    )
    return [{ ...group, udp, tcp, byPeer, byUnknownLabels: (udp || tcp) && !known }]
  })
})

/** Returns a rule that allows the cluster DNS, as YAML. It notes when the labels are the usual ones and not from the input. */
export function dnsRule(context: Context): string {
  const { world } = context
  const remark = isAssumed(context) ? '   # assumed: the DNS pods are not in the input' : ''
  const service = dnsServiceOf(world)!
  const labels = Object.entries(service.selector ?? {}).map(([key, value]) => `${key}: ${value}`)
  const ports = ['UDP', 'TCP'].map((protocol) => `    - {protocol: ${protocol}, port: ${dnsTarget(world, protocol)}}`)
  return `- to:
    - namespaceSelector:
        matchLabels: {kubernetes.io/metadata.name: ${service.namespace}}
      podSelector:
        matchLabels: {${labels.join(', ')}}${remark}
  ports:
${ports.join('\n')}`
}

/** The port on which the DNS pods listen. */
export function dnsTarget(world: Context['world'], wanted: string): number {
  return dnsEndpointsOf(world).find(({ protocol }) => protocol === wanted)?.targetPort ?? 53
}

/** A rule that contains only networks does not need DNS, unless it allows the whole internet. */
function needsNames({ peers }: PolicyRule): boolean {
  return peers.length === 0 || peers.some(({ ipBlock }) => ipBlock === undefined || ipBlock.cidr.endsWith('/0'))
}

interface Question {
  readonly policy: NetworkPolicy
  readonly end: Endpoint
  readonly context: Context
}

/** Assumes that a network contains the DNS server, because manifests do not show its address. */
function isPeer({ peers }: PolicyRule, { policy, end, context }: Question): boolean {
  return (
    peers.length === 0 ||
    peers.some(
      (peer) => peer.ipBlock !== undefined || context.population.peersOf(policy.namespace, peer).includes(end.pod!),
    )
  )
}

function allows(rule: PolicyRule | undefined, question: Question): boolean {
  if (rule === undefined) return false
  const { protocol, targetPort, pod } = question.end
  const isCertain = isPeer(rule, question) && ruleCoversPort(rule, { port: targetPort, protocol }, pod!)
  return isCertain || mayAllow(rule, question)
}

/** Whether a rule may allow a DNS server that the input does not describe. */
function mayAllow(rule: PolicyRule, { policy: { namespace }, end: { protocol }, context }: Question): boolean {
  return isAssumed(context) && mayAllowDns(rule, { namespace, protocol, world: context.world })
}

/**
 * Removes peers that select namespaces only by labels that no namespace of the input has. Undefined if no peer is left: an empty list would
 * allow everyone.
 */
function withoutUnknownLabels(rule: PolicyRule, { population }: Context): PolicyRule | undefined {
  const peers = rule.peers.filter(
    ({ namespaceSelector }) =>
      namespaceSelector === undefined ||
      namespaceSelector.matchLabels?.[nameLabel] !== undefined ||
      population.namespacesOf(namespaceSelector).length > 0,
  )
  return peers.length === 0 && rule.peers.length > 0 ? undefined : { ...rule, peers }
}

/** Neither the Service nor the pods are in the input, so their labels and port are unknown. */
function isAssumed({ world: { dns } }: Context): boolean {
  return dns.kind === 'assumed' && !dns.serviceGiven
}

function meantOf(policies: readonly PolicyObject[]): IsolatedGroup['meant'] {
  for (const { policy, object } of policies) {
    for (const [index, rule] of policy.egress.entries()) {
      const item = rule.ports.findIndex(({ port }) => port === 53 || port === 5353 || port === 'dns')
      if (item >= 0) return { policy, object, rule, path: ['spec', 'egress', index, 'ports', item] }
    }
  }
  return undefined
}
