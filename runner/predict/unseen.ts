import { whyUnread } from '../../fabric/unread.ts'
import type { Pod, World } from '../../fabric/world.ts'
import type { Unanswerable } from '../../policy/engine/path.ts'
import type { Prediction } from '../../policy/engine/prediction.ts'
import type { Party, Query } from '../../policy/engine/query.ts'

/** What of the world could not be read, and would decide a prediction, a sentence each; empty where the prediction stands. */
export type Unseen = (query: Query, prediction: Prediction | Unanswerable) => readonly string[]

/** None where everything was read. A side that denies by what was read denies, whatever the other side's policies are. */
export function unseenIn(world: World): Unseen | undefined {
  if (world.unread === undefined) return undefined
  return (query, prediction) => {
    const ends = [...strangerAt(query.to, world), ...hiddenLabels(query, prediction, world)]
    const [out, into] = [hiddenPolicies(query.from, world), hiddenPolicies(query.to, world)]
    const denied =
      prediction.kind === 'prediction' &&
      ((!prediction.egress.allowed && out.length === 0) || (!prediction.ingress.allowed && into.length === 0))
    return [...new Set(denied ? ends : [...ends, ...out, ...into])]
  }
}

/** Policies that may govern an end and are not known. */
function hiddenPolicies(party: Party, world: World): string[] {
  const end = endOf(party, world)
  if (end.kind !== 'pod') return []
  const own = whyUnread('NetworkPolicy', end.namespace, world)
  const others = (world.unread ?? []).filter(({ group }) => group !== undefined)
  return [
    ...(own === undefined ? [] : [`the policies of ${end.namespace} could not be read: ${own}`]),
    ...others.map(({ kind, why }) => `objects of kind ${kind} may decide otherwise and could not be read: ${why}`),
  ]
}

/** An address that nobody has may be that of a pod or node that could not be read. */
function strangerAt(party: Party, world: World): string[] {
  const end = endOf(party, world)
  if (end.kind !== 'address') return []
  const hidden = ['Pod', 'Node'].flatMap((kind) => world.unread?.find((each) => each.kind === kind) ?? [])
  return hidden.map(({ kind, why }) => `${end.address} may be a ${kind.toLowerCase()} that could not be read: ${why}`)
}

type End =
  | { readonly kind: 'pod'; readonly namespace: string }
  | { readonly kind: 'host' }
  | { readonly kind: 'address'; readonly address: string }

function endOf(party: Party, { pods, nodes }: World): End {
  switch (party.kind) {
    case 'node':
      return { kind: 'host' }
    case 'given':
      return party.pod.hostNetwork ? { kind: 'host' } : { kind: 'pod', namespace: party.pod.namespace }
    case 'pod': {
      const pod = pods.find(({ namespace, name }) => namespace === party.namespace && name === party.name)
      return pod === undefined ? { kind: 'pod', namespace: party.namespace } : endOfPod(pod)
    }
    case 'address': {
      const { address } = party
      const pod = pods.find((each) => !each.hostNetwork && each.addresses.includes(address))
      if (pod !== undefined) return endOfPod(pod)
      return nodes.some(({ addresses }) => addresses.includes(address))
        ? { kind: 'host' }
        : { kind: 'address', address }
    }
    default:
      return party satisfies never
  }
}

function endOfPod({ hostNetwork, namespace }: Pod): End {
  return hostNetwork ? { kind: 'host' } : { kind: 'pod', namespace }
}

/** Semantics rule 27, with the reason why labels are not known. */
function hiddenLabels({ from, to }: Query, prediction: Prediction | Unanswerable, world: World): string[] {
  const why = whyUnread('Namespace', undefined, world)
  if (why === undefined || prediction.kind !== 'prediction') return []
  if (!prediction.undefinedBy.includes(27) && !prediction.dependsOn.includes(27)) return []
  const spaces = [from, to].flatMap((party) => {
    const end = endOf(party, world)
    return end.kind === 'pod' ? [end.namespace] : []
  })
  return [`labels of the namespaces ${[...new Set(spaces)].join(' and ')} could not be read: ${why}`]
}
