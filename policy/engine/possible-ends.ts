import { parseCidr } from '../cidr.ts'
import { describeSelector, matchesSelector } from '../selector.ts'
import type { LabelSelector, Labels, PolicyPeer } from '../types.ts'
import type { Compiled } from './compiled.ts'
import { nameLabel } from './match.ts'
import { locate } from './networks.ts'
import { givenPod, spacesOf } from './population.ts'
import { foreignLabelSet } from './selectors.ts'
import type { Actor } from './subjects.ts'
import type { PolicyPod } from './world.ts'

/** An end of a connection that need not exist: a pod that a selector would match, or an address outside the cluster. */
export type PossibleEnd =
  | {
      readonly kind: 'pod'
      readonly label: string
      readonly pod: PolicyPod
      /** The labels of its namespace, which need not exist either. */
      readonly namespace?: Labels
    }
  | { readonly kind: 'address'; readonly label: string; readonly address: string }

/** Returns actors for a possible end in a world: two of them, to model a connection within the group. */
export function actorsOf(end: PossibleEnd, compiled: Compiled): Actor[] {
  if (end.kind === 'address') {
    const address = locate(compiled.networks, end.address)
    if (address === undefined || compiled.byAddress.has(address.text)) return []
    return [{ kind: 'external', address, hostname: undefined }]
  }
  const { pod, namespace } = end
  const name = pod.namespace
  const spaces =
    namespace === undefined ? compiled.spaces : spacesOf([{ name, labels: namespace, labelsKnown: true }], [], compiled)
  return [pod, { ...pod, name: `${pod.name} again` }].flatMap((each) => givenPod(each, spaces, compiled) ?? [])
}

/** Returns possible pods of a namespace that a selector matches. None if no labels can satisfy the selector. */
export function possiblePods(selector: LabelSelector, namespace: string, compiled: Compiled): PossibleEnd[] {
  const labels = satisfying(selector)
  if (labels === undefined || hasPodLabelled(labels, namespace, compiled)) return []
  const label = `${podsIn(labels)} of namespace ${namespace}`
  return [{ kind: 'pod', label, pod: podWith(labels, namespace, compiled) }]
}

/** Whether a pod of the world already represents them. */
function hasPodLabelled(labels: Labels, namespace: string, { labelling, spaces }: Compiled): boolean {
  const { id } = foreignLabelSet(labelling, labels)
  return id >= 0 && (spaces.get(namespace)?.pods ?? []).some((pod) => pod.labels.id === id)
}

/** The maximum number of matching namespaces to examine separately per selector. */
const most = 30

/** Returns the possible ends that a peer matches, for a policy in namespace `own`. */
export function possiblePeers(peer: PolicyPeer, own: string, compiled: Compiled): PossibleEnd[] {
  const { podSelector = {}, namespaceSelector, ipBlock } = peer
  if (ipBlock !== undefined) return [ipBlock.cidr, ...(ipBlock.except ?? [])].flatMap(addressesOf)
  if (namespaceSelector === undefined) return possiblePods(podSelector, own, compiled)
  const known = [...compiled.spaces.values()].filter(({ labels }) => matchesSelector(namespaceSelector, labels.labels))
  const named = known.slice(0, most).flatMap(({ name }) => possiblePods(podSelector, name, compiled))
  return [...named, ...elsewhere(namespaceSelector, podSelector, compiled)]
}

/** Any pod of a namespace that is not in the world. */
export function anyEnd(compiled: Compiled): PossibleEnd[] {
  return elsewhere({}, {}, compiled)
}

/** A pod in a namespace that is not in the world. */
function elsewhere(spaces: LabelSelector, pods: LabelSelector, compiled: Compiled): PossibleEnd[] {
  const [ofSpace, labels] = [satisfying(spaces), satisfying(pods)]
  if (ofSpace === undefined || labels === undefined) return []
  const name = ofSpace[nameLabel] ?? 'another-namespace'
  if (compiled.spaces.has(name)) return []
  const whose = Object.hasOwn(ofSpace, nameLabel)
    ? `namespace ${name}`
    : Object.keys(ofSpace).length === 0
      ? 'any other namespace'
      : `a ${describeSelector({ matchLabels: ofSpace }, 'namespace')}`
  return [
    { kind: 'pod', label: `${podsIn(labels)} of ${whose}`, pod: podWith(labels, name, compiled), namespace: ofSpace },
  ]
}

function podsIn(labels: Labels): string {
  return Object.keys(labels).length === 0 ? 'any pod' : `any ${describeSelector({ matchLabels: labels }, 'pod')}`
}

/** The fewest labels that satisfy a selector. */
function satisfying(selector: LabelSelector): Labels | undefined {
  const wanted = (selector.matchExpressions ?? []).flatMap(({ key, operator, values = [] }) =>
    operator === 'In' ? [[key, values[0] ?? '']] : operator === 'Exists' ? [[key, 'true']] : [],
  )
  const labels: Labels = { ...Object.fromEntries(wanted), ...selector.matchLabels }
  return matchesSelector(selector, labels) ? labels : undefined
}

function podWith(labels: Labels, namespace: string, { pods }: Compiled): PolicyPod {
  const addresses = usualAddresses.get(pods) ?? addressesIn(pods)
  usualAddresses.set(pods, addresses)
  return { namespace, name: 'a possible pod', labels, addresses, hostNetwork: false, node: '', ports: [] }
}

const usualAddresses = new WeakMap<Compiled['pods'], readonly string[]>()

/** Addresses for a pod that does not exist: those of an existing pod that lies in as few policy networks as possible. */
function addressesIn(pods: Compiled['pods']): readonly string[] {
  let [best, fewest]: [readonly string[], number] = [['192.0.2.1', '2001:db8::1'], Infinity]
  for (const { pod, addresses } of pods.values()) {
    if (pod.hostNetwork || addresses.length === 0) continue
    const count = addresses.reduce((sum, { networks }) => sum + networks.size, 0)
    if (count < fewest) [best, fewest] = [pod.addresses, count]
  }
  return best
}

/** The display text of a network. */
export function networkText(text: string): string {
  return `addresses of ${parseCidr(text)?.cidr?.text ?? text}`
}

/** The first address of a network. It represents the whole network except for nested networks. */
function addressesOf(text: string): PossibleEnd[] {
  const cidr = parseCidr(text)?.cidr
  if (cidr === undefined) return []
  const address = cidr.text.split('/')[0] ?? ''
  return [{ kind: 'address', label: networkText(text), address }]
}
