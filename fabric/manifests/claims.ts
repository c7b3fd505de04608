import type { Place, Problem } from '../../policy/types.ts'
import { type Apartness, together } from './apartness.ts'
import type { NodeDraft } from './nodes.ts'
import { titleOf } from './object.ts'
import type { PodDraft } from './pods.ts'
import type { ServiceDraft } from './services.ts'

/** Holders of one kind, and the value that each has. */
interface Claims<T extends Holder = Holder> {
  readonly kind: 'Node' | 'Service' | 'Pod'
  readonly holders: readonly T[]
  valuesOf(holder: T): readonly string[]
}

interface Holder {
  readonly namespace?: string
  readonly name: string
  readonly place?: Place | undefined
}

/**
 * Every address in the input, once. Two holders of one address are a problem. Pods on the host network share their
 * node's address.
 */
export function claimAddresses(
  {
    pods,
    nodes,
    services,
  }: { pods: readonly PodDraft[]; nodes: readonly NodeDraft[]; services: readonly ServiceDraft[] },
  problems: Problem[],
  apartness: Apartness = together,
): ReadonlySet<string> {
  const ofNodes: Claims<NodeDraft> = { kind: 'Node', holders: nodes, valuesOf: ({ addresses }) => addresses }
  const ofServices: Claims<ServiceDraft> = {
    kind: 'Service',
    holders: services,
    valuesOf: ({ clusterIPs }) => clusterIPs,
  }
  const ofPods: Claims<PodDraft> = {
    kind: 'Pod',
    holders: pods,
    valuesOf: ({ template, status }) => (template.hostNetwork ? [] : (status.addresses ?? [])),
  }
  return refuseShared([ofNodes, ofServices, ofPods], { what: 'address', apartness }, problems)
}

/** The API server assigns a NodePort to one Service only, for all protocols. */
export function claimNodePorts(
  services: readonly ServiceDraft[],
  problems: Problem[],
  apartness: Apartness = together,
): ReadonlySet<string> {
  const valuesOf = ({ ports }: ServiceDraft) => {
    const numbers = ports.flatMap(({ nodePort }) => (nodePort === undefined ? [] : String(nodePort)))
    return numbers.length < 2 ? numbers : [...new Set(numbers)]
  }
  const claims: Claims<ServiceDraft> = { kind: 'Service', holders: services, valuesOf }
  return refuseShared([claims], { what: 'nodePort', apartness }, problems)
}

function refuseShared(
  claims: readonly Claims[],
  { what, apartness }: { readonly what: 'address' | 'nodePort'; readonly apartness: Apartness },
  problems: Problem[],
): ReadonlySet<string> {
  const taken = new Map<string, Holder>()
  for (const { kind, holders, valuesOf } of claims) {
    for (const holder of holders) {
      for (const value of valuesOf(holder)) {
        const first = taken.get(value)
        if (first === undefined) {
          taken.set(value, holder)
          continue
        }
        const { place }: Holder = holder
        const kinds = [kind, kindOf(first, claims)] as const
        if (areApart({ kinds, places: [first.place, place] }, apartness)) continue
        const there = first.place === undefined ? '' : ` (${placeText(first.place)})`
        const [own, other] = [titleIn(kind, holder), titleIn(kinds[1], first)]
        const message = `${own}: ${what} ${value} is already that of ${other}${there}`
        const hint =
          what === 'nodePort'
            ? 'a NodePort belongs to one Service: choose another, or leave it out'
            : 'give each its own address'
        problems.push({ severity: 'error', message, hint, ...(place === undefined ? {} : { place }) })
      }
    }
  }
  return new Set(taken.keys())
}

/** For a Pod or a Node, the address comes from its status. */
function areApart(
  {
    kinds,
    places: [a, b],
  }: { readonly kinds: readonly Claims['kind'][]; readonly places: readonly (Place | undefined)[] },
  { areAlternatives, areDumps }: Apartness,
): boolean {
  if (a === undefined || b === undefined) return false
  return areAlternatives(a, b) || (kinds.every((kind) => kind !== 'Service') && areDumps(a, b))
}

function kindOf(holder: Holder, claims: readonly Claims[]): Claims['kind'] {
  return claims.find(({ holders }) => (holders as readonly Holder[]).includes(holder))!.kind
}

function titleIn(kind: Claims['kind'], { namespace = '', name }: Holder): string {
  return titleOf({ kind, namespace, name })
}

function placeText({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`
}
