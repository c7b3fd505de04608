import { type Family, familyOf } from '../../policy/cidr.ts'
import type { ClusterPolicy } from '../../policy/cluster-policy.ts'
import { fieldAt } from '../../policy/field.ts'
import type { NetworkPolicy } from '../../policy/types.ts'
import type { Families } from '../world.ts'
import type { NodeDraft } from './nodes.ts'
import { type ManifestObject, rootOf } from './object.ts'
import type { PodDraft } from './pods.ts'
import type { ServiceDraft } from './services.ts'

/** What a world is built from, before anything is handed out. */
interface FamilyInput {
  readonly objects: readonly ManifestObject[]
  readonly pods: readonly PodDraft[]
  readonly nodes: readonly NodeDraft[]
  readonly services: readonly ServiceDraft[]
  readonly policies: readonly NetworkPolicy[]
  readonly clusterPolicies: readonly ClusterPolicy[]
  /** Families that a scenario or a flag asks for. */
  readonly asked: readonly Family[]
}

/**
 * The address families that an input shows: none is used without evidence, and IPv4 where there is none at all. Where addresses or ranges of pods
 * are given, these and the Services decide; else the addresses of nodes, and the networks that policies and endpoints name, count too.
 */
export function familiesIn(input: FamilyInput): Families {
  const ofPods = familiesAmong([
    ...input.pods.flatMap(({ status, template }) => (template.hostNetwork ? [] : (status.addresses ?? []))),
    ...rangesIn(input.objects, podRanges),
  ])
  const ofServices = [
    ...input.services.flatMap(({ families: { named, dual } }) => (dual === 'required' ? both : named)),
    ...familiesAmong(rangesIn(input.objects, serviceRanges)),
  ]
  const ofNodes = familiesAmong(input.nodes.flatMap(({ addresses }) => addresses))
  const assigned = sorted(ofPods.length > 0 ? [...ofPods, ...ofServices] : [...ofServices, ...ofNodes])
  const named = ofPods.length > 0 ? [] : familiesAmong(networksIn(input))
  return { assigned, used: sorted([...(assigned.length > 0 ? assigned : [4 as const]), ...named, ...input.asked]) }
}

const both = [4, 6] as const

function sorted(families: readonly Family[]): readonly Family[] {
  return both.filter((family) => families.includes(family))
}

/** The families of addresses and networks; text that is neither has none. */
function familiesAmong(texts: readonly string[]): readonly Family[] {
  const found = new Set<Family>()
  for (const text of texts) {
    const family = familyOf(text.split('/', 1)[0]!)
    if (family !== undefined) found.add(family)
  }
  return [...found]
}

type Ranges = Readonly<Record<string, readonly (readonly string[])[]>>

/** Where objects name the ranges that pods have their addresses from. */
const podRanges: Ranges = {
  Node: [
    ['spec', 'podCIDRs'],
    ['spec', 'podCIDR'],
  ],
  IPPool: [['spec', 'cidr']],
}

const serviceRanges: Ranges = { ServiceCIDR: [['spec', 'cidrs']] }

function rangesIn(objects: readonly ManifestObject[], ranges: Ranges): readonly string[] {
  return objects.flatMap((object) =>
    (Object.hasOwn(ranges, object.kind) ? ranges[object.kind]! : [])
      .flatMap((path) => fieldAt(rootOf(object, []), ...path).value)
      .filter((value) => typeof value === 'string'),
  )
}

/** Networks of policies, and addresses of endpoints that were written by hand. */
function networksIn({ policies, clusterPolicies, services }: FamilyInput): readonly string[] {
  const rules = policies.flatMap(({ ingress, egress }) => [...ingress, ...egress])
  const clusterRules = clusterPolicies.flatMap(({ ingress, egress }) => [...ingress, ...egress])
  return [
    ...rules.flatMap(({ peers }) => peers.flatMap(({ ipBlock }) => ipBlock?.cidr ?? [])),
    ...clusterRules.flatMap(({ peers }) => peers.flatMap((peer) => (peer.kind === 'networks' ? peer.cidrs : []))),
    ...services.flatMap(({ manualEndpoints }) => manualEndpoints.flatMap(({ addresses }) => addresses)),
  ]
}
