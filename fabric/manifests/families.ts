import { type Family, familyOf } from '../../policy/cidr.ts'
import type { ClusterPolicy } from '../../policy/cluster-policy.ts'
import { fieldAt } from '../../policy/field.ts'
import type { NetworkPolicy } from '../../policy/types.ts'
import type { Families } from '../world.ts'
import type { NodeDraft } from './nodes.ts'
import { type ManifestObject, rootOf } from './object.ts'
import type { PodDraft } from './pods.ts'
import type { ServiceDraft } from './services.ts'

/** The input for a world, before anything is assigned. */
interface FamilyInput {
  readonly objects: readonly ManifestObject[]
  readonly pods: readonly PodDraft[]
  readonly nodes: readonly NodeDraft[]
  readonly services: readonly ServiceDraft[]
  readonly policies: readonly NetworkPolicy[]
  readonly clusterPolicies: readonly ClusterPolicy[]
  /** Families that a scenario or a flag requests. */
  readonly asked: readonly Family[]
}

/**
 * The address families in an input. A family is used only with evidence; without any, IPv4. Addresses or ranges of
 * pods, together with Services, decide if there are any. Otherwise node addresses and the networks in policies and
 * endpoints count too.
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

/** The families of addresses and networks. Other text has none. */
function familiesAmong(texts: readonly string[]): readonly Family[] {
  const found = new Set<Family>()
  for (const text of texts) {
    const family = familyOf(text.split('/', 1)[0]!)
    if (family !== undefined) found.add(family)
  }
  return [...found]
}

type Ranges = Readonly<Record<string, readonly (readonly string[])[]>>

/** Where objects contain pod address ranges. */
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

/** Networks in policies, and addresses of manual endpoints. */
function networksIn({ policies, clusterPolicies, services }: FamilyInput): readonly string[] {
  const rules = policies.flatMap(({ ingress, egress }) => [...ingress, ...egress])
  const clusterRules = clusterPolicies.flatMap(({ ingress, egress }) => [...ingress, ...egress])
  return [
    ...rules.flatMap(({ peers }) => peers.flatMap(({ ipBlock }) => ipBlock?.cidr ?? [])),
    ...clusterRules.flatMap(({ peers }) => peers.flatMap((peer) => (peer.kind === 'networks' ? peer.cidrs : []))),
    ...services.flatMap(({ manualEndpoints }) => manualEndpoints.flatMap(({ addresses }) => addresses)),
  ]
}
