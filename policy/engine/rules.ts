import type { ClusterPeer, ClusterPolicy, ClusterPort, ClusterRule } from '../cluster-policy.ts'
import type { Direction, NetworkPolicy, PolicyPeer, PolicyPort, PolicyRule, Protocol } from '../types.ts'
import { type Networks, networkId } from './networks.ts'
import { compileSelector, type Labelling, type Selector } from './selectors.ts'

export type CompiledPeer =
  | {
      readonly kind: 'pods'
      /** The only namespace that matches, if there is no namespaceSelector (docs/semantics.md, rule 17). */
      readonly namespace: string | undefined
      readonly namespaces: Selector | undefined
      readonly pods: Selector | undefined
    }
  | {
      readonly kind: 'networks'
      readonly network: number
      readonly except: readonly number[]
      /** Whether implementations agree that it matches pods: no for an ipBlock (rule 31), yes for `networks`. */
      readonly podsToo: boolean
      readonly text: string
      readonly exceptTexts: readonly string[]
    }
  | { readonly kind: 'nodes'; readonly nodes: Selector }
  | { readonly kind: 'domainNames'; readonly names: readonly string[] }

export interface CompiledPort {
  /** Undefined: any protocol, for the named ports of ClusterNetworkPolicy. */
  readonly protocol: Protocol | undefined
  readonly first: number
  readonly last: number
  readonly name: string | undefined
  /** Whether the range comes from an endPort, which not every plugin enforces (rule 40). */
  readonly endPort: boolean
}

export interface CompiledRule {
  readonly action: 'accept' | 'deny' | 'next'
  /** Empty: every peer. */
  readonly peers: readonly CompiledPeer[]
  /** Empty: every port of every protocol. */
  readonly ports: readonly CompiledPort[]
}

export interface CompiledPolicy {
  readonly source:
    | { readonly kind: 'NetworkPolicy'; readonly policy: NetworkPolicy }
    | { readonly kind: 'ClusterNetworkPolicy'; readonly policy: ClusterPolicy }
  readonly pods: Selector
  /** Undefined for a NetworkPolicy, which applies to its own namespace. */
  readonly namespaces: Selector | undefined
  readonly isolates: Readonly<Record<Direction, boolean>>
  readonly rules: Readonly<Record<Direction, readonly CompiledRule[]>>
}

export interface Tables {
  readonly labelling: Labelling
  readonly networks: Networks
}

/** Compiles a NetworkPolicy with interned selectors and CIDRs. A direction that policyTypes omits has no rules (rule 10). */
export function compilePolicy(policy: NetworkPolicy, tables: Tables): CompiledPolicy {
  const isolates = { ingress: policy.policyTypes.includes('ingress'), egress: policy.policyTypes.includes('egress') }
  const rulesOf = (rules: readonly PolicyRule[]) => rules.map((rule) => compileRule(rule, policy.namespace, tables))
  return {
    source: { kind: 'NetworkPolicy', policy },
    pods: compileSelector(tables.labelling, policy.podSelector),
    namespaces: undefined,
    isolates,
    rules: {
      ingress: isolates.ingress ? rulesOf(policy.ingress) : [],
      egress: isolates.egress ? rulesOf(policy.egress) : [],
    },
  }
}

/** Compiles a ClusterNetworkPolicy in the same way. It isolates no pod. */
export function compileClusterPolicy(policy: ClusterPolicy, tables: Tables): CompiledPolicy {
  const rulesOf = (rules: readonly ClusterRule[]) => rules.map((rule) => compileClusterRule(rule, tables))
  return {
    source: { kind: 'ClusterNetworkPolicy', policy },
    pods: compileSelector(tables.labelling, policy.subject.podSelector),
    namespaces: compileSelector(tables.labelling, policy.subject.namespaceSelector),
    isolates: { ingress: false, egress: false },
    rules: { ingress: rulesOf(policy.ingress), egress: rulesOf(policy.egress) },
  }
}

function compileRule(rule: PolicyRule, namespace: string, tables: Tables): CompiledRule {
  const peers = rule.peers.map((peer) => compilePeer(peer, namespace, tables))
  return { action: 'accept', peers, ports: rule.ports.map(compilePort) }
}

/**
 * Rules 17 to 21: a podSelector alone matches in the policy's namespace. A namespaceSelector, even an empty one, matches other namespaces.
 */
function compilePeer(peer: PolicyPeer, namespace: string, { labelling, networks }: Tables): CompiledPeer {
  if (peer.ipBlock !== undefined) {
    const { cidr, except = [] } = peer.ipBlock
    return networkPeer(networks, { cidr, except, podsToo: false })
  }
  const { podSelector, namespaceSelector } = peer
  return {
    kind: 'pods',
    namespace: namespaceSelector === undefined ? namespace : undefined,
    namespaces: namespaceSelector === undefined ? undefined : compileSelector(labelling, namespaceSelector),
    pods: podSelector === undefined ? undefined : compileSelector(labelling, podSelector),
  }
}

interface Block {
  readonly cidr: string
  readonly except: readonly string[]
  readonly podsToo: boolean
}

function networkPeer(networks: Networks, { cidr, except, podsToo }: Block): CompiledPeer {
  const excepted = except.map((text) => networkId(networks, text))
  return {
    kind: 'networks',
    network: networkId(networks, cidr),
    except: excepted,
    podsToo,
    text: cidr,
    exceptTexts: except,
  }
}

/** Rules 36, 37 and 40: the default protocol is TCP, and the default is all ports. */
function compilePort({ protocol = 'TCP', port, endPort }: PolicyPort): CompiledPort {
  if (typeof port === 'string') return { protocol, first: 0, last: 0, name: port, endPort: false }
  const last = port === undefined ? 65_535 : (endPort ?? port)
  return { protocol, first: port ?? 1, last, name: undefined, endPort: endPort !== undefined }
}

const actions = { Accept: 'accept', Deny: 'deny', Pass: 'next' } as const

function compileClusterRule(rule: ClusterRule, tables: Tables): CompiledRule {
  const peers = rule.peers.flatMap((peer) => compileClusterPeer(peer, tables))
  return { action: actions[rule.action], peers, ports: rule.ports.map(compileClusterPort) }
}

function compileClusterPeer(peer: ClusterPeer, { labelling, networks }: Tables): CompiledPeer[] {
  switch (peer.kind) {
    case 'pods': {
      const namespaces = compileSelector(labelling, peer.namespaceSelector)
      return [{ kind: 'pods', namespace: undefined, namespaces, pods: compileSelector(labelling, peer.podSelector) }]
    }
    case 'nodes':
      return [{ kind: 'nodes', nodes: compileSelector(labelling, peer.selector) }]
    case 'networks':
      return peer.cidrs.map((cidr) => networkPeer(networks, { cidr, except: [], podsToo: true }))
    case 'domainNames':
      return [{ kind: 'domainNames', names: peer.names }]
    default:
      return peer satisfies never
  }
}

function compileClusterPort(port: ClusterPort): CompiledPort {
  if (port.kind === 'name') return { protocol: undefined, first: 0, last: 0, name: port.name, endPort: false }
  return { protocol: port.protocol, first: port.first, last: port.last, name: undefined, endPort: false }
}
