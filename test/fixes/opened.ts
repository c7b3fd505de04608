import { compile } from '../../policy/engine/compile.ts'
import { verdictOf } from '../../policy/engine/predict.ts'
import type { QueryEnd } from '../../policy/engine/query.ts'
import type { PolicyNamespace, PolicyPod, PolicyWorld } from '../../policy/engine/world.ts'
import { matchesSelector } from '../../policy/selector.ts'
import type { LabelSelector, Labels, NetworkPolicy, Protocol } from '../../policy/types.ts'

/** A connection that policies allow after a change and did not before. */
export interface Opened {
  readonly from: End
  readonly to: End
  readonly port: number
  readonly protocol: Protocol
}

export interface End {
  readonly queryEnd: QueryEnd
  /** None: outside the cluster. */
  readonly pod: PolicyPod | undefined
  readonly exists: boolean
}

const protocols = ['TCP', 'UDP', 'SCTP'] as const

/**
 * Asks the engine about every port range that two sets of policies cut, from and to every pod, pods that every selector would match in every
 * namespace and in one that does not exist, and the world outside. Written apart from what computes the effects of a fix.
 */
export function openedBy(before: PolicyWorld, after: PolicyWorld, ports: readonly number[]): Opened[] {
  const policies = [...before.policies, ...after.policies]
  const [was, is] = [extended(before, policies), extended(after, policies)]
  const [old, now] = [compile(was.world), compile(is.world)]
  const sockets = socketsOf(policies, [...before.pods, ...after.pods], ports)
  return is.ends.flatMap((from) =>
    is.ends.flatMap((to) => {
      if (from === to || (from.pod === undefined && to.pod === undefined)) return []
      return sockets.flatMap(({ port, protocol }): Opened[] => {
        const query = { from: from.queryEnd, to: to.queryEnd, port, protocol }
        if (verdict(query, now) !== 'allow' || verdict(query, old) === 'allow') return []
        return [{ from, to, port, protocol }]
      })
    }),
  )

  function verdict(query: Parameters<typeof verdictOf>[0], compiled: typeof old): string {
    const found = verdictOf(query, compiled)
    return 'kind' in found ? found.reason : found.verdict
  }
}

function extended(world: PolicyWorld, policies: readonly NetworkPolicy[]): { world: PolicyWorld; ends: End[] } {
  const peers = policies.flatMap(({ ingress, egress }) => [...ingress, ...egress].flatMap((rule) => rule.peers))
  const selectors = [
    ...policies.map(({ podSelector }) => podSelector),
    ...peers.flatMap((peer) => peer.podSelector ?? []),
  ]
  const labels = unique([{}, ...selectors.flatMap(labelsFor)])
  const strange = unique(
    peers.flatMap(({ namespaceSelector }) => (namespaceSelector === undefined ? [] : labelsFor(namespaceSelector))),
  )
  const spaces = [
    ...world.namespaces,
    { name: 'nowhere-else', labels: {}, labelsKnown: true },
    ...strange.flatMap((own, at): PolicyNamespace[] => {
      const name = own['kubernetes.io/metadata.name'] ?? `strange-${at}`
      return world.namespaces.some((each) => each.name === name) ? [] : [{ name, labels: own, labelsKnown: true }]
    }),
  ]
  const addresses = world.pods.find(({ hostNetwork }) => !hostNetwork)?.addresses ?? ['10.9.9.9']
  const possible = spaces.flatMap(({ name }) =>
    labels.map(
      (own, at): PolicyPod => ({
        ...{ namespace: name, name: `possible-${at}`, labels: own, addresses, node: '', hostNetwork: false, ports: [] },
      }),
    ),
  )
  const ends = [
    ...world.pods.map(
      (pod): End => ({ queryEnd: { kind: 'pod', namespace: pod.namespace, name: pod.name }, pod, exists: true }),
    ),
    ...possible.map((pod): End => ({ queryEnd: { kind: 'given', pod }, pod, exists: false })),
    { queryEnd: { kind: 'address' as const, address: '198.51.100.1' }, pod: undefined, exists: true },
  ]
  return { world: { ...world, namespaces: spaces }, ends }
}

function labelsFor(selector: LabelSelector): Labels[] {
  const wanted = (selector.matchExpressions ?? []).flatMap(({ key, operator, values = [] }) =>
    operator === 'In' ? [[key, values[0] ?? '']] : operator === 'Exists' ? [[key, 'any']] : [],
  )
  const labels = { ...(Object.fromEntries(wanted) as Labels), ...selector.matchLabels }
  return matchesSelector(selector, labels) ? [labels] : []
}

function unique(all: readonly Labels[]): Labels[] {
  return [...new Map(all.map((labels) => [stringOf(labels), labels])).values()]
}

/** The first port of each range that the policies, names of ports and the question cut. */
function socketsOf(policies: readonly NetworkPolicy[], pods: readonly PolicyPod[], asked: readonly number[]) {
  const items = policies.flatMap(({ ingress, egress }) => [...ingress, ...egress].flatMap((rule) => rule.ports))
  return protocols.flatMap((protocol) => {
    const numbers = items.flatMap(({ port, endPort, protocol: own = 'TCP' }) =>
      typeof port === 'number' && own === protocol ? [port, (endPort ?? port) + 1] : [],
    )
    const named = pods.flatMap(({ ports }) =>
      ports.filter((own) => own.protocol === protocol && own.name !== undefined),
    )
    const starts = new Set([
      1,
      ...numbers,
      ...named.flatMap(({ port }) => [port, port + 1]),
      ...asked.flatMap((port) => [port, port + 1]),
    ])
    return [...starts].filter((port) => port <= 65_535).map((port) => ({ port, protocol }))
  })
}

function stringOf(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
