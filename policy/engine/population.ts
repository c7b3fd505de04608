import type { NetworkPolicy } from '../types.ts'
import { nameLabel } from './match.ts'
import { type Located, locate } from './networks.ts'
import type { Tables } from './rules.ts'
import { foreignLabelSet, labelSet } from './selectors.ts'
import type { Actor, HostActor, PodActor, Space } from './subjects.ts'
import type { PolicyNamespace, PolicyNode, PolicyPod } from './world.ts'

/**
 * Returns the namespaces of a world, including those that only pods or policies reference. Each has its name as a label (rules 27 and 28).
 */
export function spacesOf(
  namespaces: readonly PolicyNamespace[],
  inhabitants: readonly (PolicyPod | NetworkPolicy)[],
  { labelling }: Tables,
): Map<string, Space> {
  const spaces = new Map<string, Space>()
  const add = (name: string, labels: PolicyNamespace['labels'], labelsKnown: boolean) =>
    spaces.set(name, {
      name,
      labels: labelSet(labelling, { ...labels, [nameLabel]: name }),
      labelsKnown,
      pods: [],
      byLabel: new Map(),
      unlabelled: [],
      governing: new Map(),
    })
  for (const { name, labels, labelsKnown } of namespaces) add(name, labels, labelsKnown)
  for (const { namespace } of inhabitants) if (!spaces.has(namespace)) add(namespace, {}, false)
  return spaces
}

/** Returns the pods of a world by `namespace/name`, and adds each to its namespace. */
export function podsOf(
  pods: readonly PolicyPod[],
  spaces: ReadonlyMap<string, Space>,
  { labelling, networks }: Tables,
): Map<string, PodActor> {
  const found = new Map<string, PodActor>()
  for (const pod of pods) {
    const space = spaces.get(pod.namespace)
    if (space === undefined) continue
    const labels = labelSet(labelling, pod.labels)
    const addresses = locatedIn(networks, pod.addresses)
    found.set(`${pod.namespace}/${pod.name}`, { kind: 'pod', pod, space, labels, addresses })
  }
  for (const actor of found.values()) actor.space.pods.push(actor)
  return found
}

function locatedIn(networks: Tables['networks'], addresses: readonly string[]): Located[] {
  const located: Located[] = []
  for (const text of addresses) {
    const address = locate(networks, text)
    if (address !== undefined) located.push(address)
  }
  return located
}

/** Resolves a pod that is not part of the world. Undefined if its namespace does not exist either (docs/semantics.md, rule 65). */
export function givenPod(pod: PolicyPod, spaces: ReadonlyMap<string, Space>, tables: Tables): PodActor | undefined {
  const space = spaces.get(pod.namespace)
  if (space === undefined) return undefined
  const labels = foreignLabelSet(tables.labelling, pod.labels)
  return {
    kind: 'pod',
    pod,
    space,
    labels,
    addresses: locatedIn(tables.networks, pod.addresses),
  }
}

/** Returns the nodes of a world, including those that only a pod on the host network references. */
export function nodesOf(
  nodes: readonly PolicyNode[],
  pods: readonly PolicyPod[],
  { labelling, networks }: Tables,
): Map<string, HostActor> {
  const hosts = new Map<string, HostActor>()
  const add = (node: PolicyNode) =>
    hosts.set(node.name, {
      kind: 'host',
      node,
      labels: labelSet(labelling, node.labels),
      addresses: locatedIn(networks, node.addresses),
      pod: undefined,
    })
  for (const node of nodes) add(node)
  for (const { hostNetwork, node: name, addresses } of pods)
    if (hostNetwork && !hosts.has(name)) add({ name, addresses, labels: {} })
  return hosts
}

/** Other pods see a pod on the host network as its node, with the addresses of the pod's own status if it has any. */
export function hostOf(pod: PodActor, nodes: ReadonlyMap<string, HostActor>): HostActor | undefined {
  const host = nodes.get(pod.pod.node)
  return host && { ...host, addresses: pod.addresses.length > 0 ? pod.addresses : host.addresses, pod }
}

/** Maps each address to its pod or node. Pods on the host network have no address of their own. */
export function addressesOf(pods: Iterable<PodActor>, nodes: Iterable<HostActor>): Map<string, Actor> {
  const owners = new Map<string, Actor>()
  const add = (actor: Actor, addresses: readonly Located[]) => {
    for (const { text } of addresses) owners.set(text, actor)
  }
  for (const actor of pods) if (!actor.pod.hostNetwork) add(actor, actor.addresses)
  for (const actor of nodes) add(actor, actor.addresses)
  return owners
}
