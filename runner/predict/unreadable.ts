import { whyUnread } from '../../fabric/unread.ts'
import type { Pod, World } from '../../fabric/world.ts'
import type { Unanswerable } from '../../policy/engine/path.ts'
import type { Prediction } from '../../policy/engine/prediction.ts'
import type { Query, QueryEnd } from '../../policy/engine/query.ts'
import { governedBy } from '../../policy/foreign/kinds.ts'
import type { Direction } from '../../policy/types.ts'

/** What could not be read and would change a prediction, one sentence each; empty if the prediction is valid. */
export type Unreadable = (query: Query, prediction: Prediction | Unanswerable) => readonly string[]

/** Undefined if everything was read. If one side denies by policies that were read, the other side's unread policies cannot change that. */
export function unreadableIn(world: World): Unreadable | undefined {
  if (world.unread === undefined) return undefined
  return (query, prediction) => {
    const ends = [...strangerAt(query.to, world), ...hiddenLabels(query, prediction, world)]
    const [out, into] = [hiddenPolicies('egress', query, world), hiddenPolicies('ingress', query, world)]
    const denied =
      prediction.kind === 'prediction' &&
      ((!prediction.egress.allowed && !out.some(mayAllow)) || (!prediction.ingress.allowed && !into.some(mayAllow)))
    return [...new Set([...ends, ...(denied ? [] : [...out, ...into]).map(({ sentence }) => sentence)])]
  }
}

/** Policies that could not be read. */
interface Hidden {
  readonly sentence: string
  /** Whether they can allow what others deny. */
  readonly mayAllow: boolean
}

const mayAllow = (hidden: Hidden): boolean => hidden.mayAllow

/** Unread policies that may govern an end. Of kinds other than NetworkPolicy, those that can decide in this direction. */
function hiddenPolicies(direction: Direction, { from, to, protocol }: Query, world: World): Hidden[] {
  const end = endOf(direction === 'egress' ? from : to, world)
  if (end.kind !== 'pod') return []
  const own = whyUnread('NetworkPolicy', end.namespace, world)
  const others = (world.unread ?? []).flatMap(({ kind, group, why }): Hidden[] => {
    if (group === undefined) return []
    const governed = governedBy({ apiVersion: `${group}/`, kind, namespace: '' })
    const decides =
      governed === undefined ||
      (governed.directions.includes(direction) &&
        (governed.protocols === undefined || governed.protocols.some((each) => each === protocol)))
    const sentence = `objects of kind ${kind} may decide otherwise and could not be read: ${why}`
    return decides ? [{ sentence, mayAllow: governed === undefined || governed.effect === 'either' }] : []
  })
  if (own === undefined) return others
  return [{ sentence: `the policies of ${end.namespace} could not be read: ${own}`, mayAllow: true }, ...others]
}

/** An unknown address may belong to a pod or node that could not be read. */
function strangerAt(queryEnd: QueryEnd, world: World): string[] {
  const end = endOf(queryEnd, world)
  if (end.kind !== 'address') return []
  const hidden = ['Pod', 'Node'].flatMap((kind) => world.unread?.find((each) => each.kind === kind) ?? [])
  return hidden.map(({ kind, why }) => `${end.address} may be a ${kind.toLowerCase()} that could not be read: ${why}`)
}

type End =
  | { readonly kind: 'pod'; readonly namespace: string }
  | { readonly kind: 'host' }
  | { readonly kind: 'address'; readonly address: string }

function endOf(queryEnd: QueryEnd, { pods, nodes }: World): End {
  switch (queryEnd.kind) {
    case 'node':
      return { kind: 'host' }
    case 'given':
      return queryEnd.pod.hostNetwork ? { kind: 'host' } : { kind: 'pod', namespace: queryEnd.pod.namespace }
    case 'pod': {
      const pod = pods.find(({ namespace, name }) => namespace === queryEnd.namespace && name === queryEnd.name)
      return pod === undefined ? { kind: 'pod', namespace: queryEnd.namespace } : endOfPod(pod)
    }
    case 'address': {
      const { address } = queryEnd
      const pod = pods.find((each) => !each.hostNetwork && each.addresses.includes(address))
      if (pod !== undefined) return endOfPod(pod)
      return nodes.some(({ addresses }) => addresses.includes(address))
        ? { kind: 'host' }
        : { kind: 'address', address }
    }
    default:
      return queryEnd satisfies never
  }
}

function endOfPod({ hostNetwork, namespace }: Pod): End {
  return hostNetwork ? { kind: 'host' } : { kind: 'pod', namespace }
}

/** docs/semantics.md#rule-27, with the reason why labels are unknown. */
function hiddenLabels({ from, to }: Query, prediction: Prediction | Unanswerable, world: World): string[] {
  const why = whyUnread('Namespace', undefined, world)
  if (why === undefined || prediction.kind !== 'prediction') return []
  if (!prediction.undefinedBy.includes(27) && !prediction.dependsOn.includes(27)) return []
  const spaces = [from, to].flatMap((queryEnd) => {
    const end = endOf(queryEnd, world)
    return end.kind === 'pod' ? [end.namespace] : []
  })
  return [`labels of the namespaces ${[...new Set(spaces)].join(' and ')} could not be read: ${why}`]
}
