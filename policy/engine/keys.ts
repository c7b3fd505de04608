import type { Compiled } from './compiled.ts'
import { foreignText } from './foreign.ts'
import { governing } from './governing.ts'
import type { Located } from './networks.ts'
import type { Socket } from './query.ts'
import type { CompiledPolicy } from './rules.ts'
import type { LabelSet } from './selectors.ts'
import type { Governing, PodActor, Space } from './subjects.ts'

/** Numeric keys for what policies see of a pod. Keys are comparable across the compared worlds. */
export interface Keys {
  of(compiled: Compiled): (pod: PodActor, more: More) => number
}

/** Properties other than policies that distinguish pods. */
interface More {
  readonly folded: string
  readonly listening: readonly Socket[]
}

/**
 * Creates keys that are equal for two pods if and only if policies see the same of both. Labels and CIDRs are compared by text, not by
 * their numbers.
 */
export function createKeys(): Keys {
  const numbers = new Map<string, number>()
  const numberOf = (text: string): number => {
    const known = numbers.get(text) ?? numbers.size
    if (known === numbers.size) numbers.set(text, known)
    return known
  }
  const ofSets = remembered((set: LabelSet) => numberOf(JSON.stringify(sorted(set.labels))))
  const ofSpaces = remembered(({ name, labels, labelsKnown }: Space) =>
    numberOf(JSON.stringify([name, sorted(labels.labels), labelsKnown])),
  )
  const ofGoverning = remembered(({ admin, policies, baseline }: Governing) =>
    numberOf([...admin, ...policies, ...baseline].map(policyText).toSorted().join('\n')),
  )
  return {
    of(compiled) {
      const nodesMatter = compiled.pods.values().some(({ pod }) => pod.hostNetwork)
      const cidrs = new Map([...compiled.networks.ids].toReversed().map(([text, id]) => [id, text]))
      const keyOf = (own: PodActor, { folded, listening }: More, blocks: string) => {
        const { pod, labels, space } = own
        const identity = [ofSpaces(space), ofSets(labels), pod.hostNetwork, nodesMatter ? pod.node : '']
        const named = pod.ports.flatMap(({ name, port, protocol, sidecar }) =>
          name === undefined ? [] : `${name}=${port}/${protocol}${sidecar ? 's' : ''}`,
        )
        const ports = listening.map(({ port, protocol }) => `${port}/${protocol}`)
        const parts = [identity.join(','), inOrder(named), blocks, inOrder(ports)]
        const foreign = foreignText(own, compiled)
        return numberOf(`${folded}|${parts.join('|')}|${ofGoverning(governing(own, compiled))}|${foreign}`)
      }
      const known = new Map<string, number>()
      const ids = new Map<object, number>()
      const idOf = (object: object): number => {
        const id = ids.get(object) ?? ids.size
        if (id === ids.size) ids.set(object, id)
        return id
      }
      return (own, more) => {
        const { pod, labels, space, addresses } = own
        const [address] = addresses
        const blocks =
          address !== undefined && addresses.length === 1
            ? blocksOf(address, cidrs)
            : addresses.map((each) => blocksOf(each, cidrs)).join(' ')
        // Pods of a workload share these objects, so the key of each object is computed once.
        const alike = `${idOf(space)},${idOf(labels)},${idOf(pod.ports)},${idOf(more.listening)}`
        const kind = `${alike},${pod.hostNetwork},${nodesMatter ? pod.node : ''},${blocks},${more.folded}`
        const key = known.get(kind) ?? keyOf(own, more, blocks)
        known.set(kind, key)
        return key
      }
    },
  }
}

function remembered<K extends object>(make: (key: K) => number): (key: K) => number {
  const known = new WeakMap<K, number>()
  return (key) => {
    const found = known.get(key) ?? make(key)
    known.set(key, found)
    return found
  }
}

function blocksOf({ family, networks }: Located, cidrs: ReadonlyMap<number, string>): string {
  if (networks.size === 0) return String(family)
  return [family, ...[...networks].map((id) => cidrs.get(id) ?? '').toSorted()].join(',')
}

function inOrder(texts: readonly string[]): string {
  return (texts.length > 1 ? texts.toSorted() : texts).join(' ')
}

const texts = new WeakMap<object, string>()

function policyText({ source: { policy } }: CompiledPolicy): string {
  const known = texts.get(policy)
  if (known !== undefined) return known
  const { place: _, ...content } = policy
  const text = JSON.stringify(content)
  texts.set(policy, text)
  return text
}

function sorted(labels: Readonly<Record<string, string>>): string[][] {
  return Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1))
}
