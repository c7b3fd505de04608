import { type Family, familyOf } from '../../policy/cidr.ts'
import { flag, items, oneOf, text } from '../../policy/decode.ts'
import { type Field, field, fieldAt, isAbsent, report } from '../../policy/field.ts'
import { parseLabels } from '../../policy/parse-selector.ts'
import type { Problem } from '../../policy/types.ts'
import type { ManualEndpoint, Service } from '../world.ts'
import type { Allocator } from './allocator.ts'
import { type ManifestObject, rootOf } from './object.ts'
import { sortByFamily } from './pods.ts'
import { readServicePorts } from './service-ports.ts'
import { readAddress } from './template.ts'

const types = ['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'] as const
const policies = ['Cluster', 'Local'] as const
const familyNames = { IPv4: 4, IPv6: 6 } as const

/** A Service before missing families, addresses and NodePorts are assigned. */
export interface ServiceDraft extends Omit<Service, 'ipFamilies'> {
  readonly families: FamilyWish
}

interface FamilyWish {
  /** From `ipFamilies` and given addresses. */
  readonly named: readonly Family[]
  readonly dual: 'required' | 'preferred' | 'no'
}

/** Reads a Service as given, without assigning addresses or NodePorts. */
export function readService(
  object: ManifestObject,
  manualEndpoints: readonly ManualEndpoint[],
  problems: Problem[],
): ServiceDraft {
  const root = rootOf(object, problems)
  const spec = field(root, 'spec')
  const type = oneOf(field(spec, 'type'), types) ?? 'ClusterIP'
  const externalName = text(field(spec, 'externalName')) || undefined
  if (type === 'ExternalName' && externalName === undefined) {
    report(field(spec, 'externalName'), { message: 'Required value: the name that the Service stands for' })
  }
  const waypoint = fieldAt(root, 'metadata', 'labels', 'istio.io/use-waypoint-namespace').value
  const selector = parseLabels(field(spec, 'selector'))
  const selected = Object.keys(selector).length > 0
  const headless =
    field(spec, 'clusterIP').value === 'None' || items(field(spec, 'clusterIPs')).some(({ value }) => value === 'None')
  const clusterIPs = type === 'ExternalName' || headless ? [] : readClusterIPs(spec)
  return {
    namespace: object.namespace,
    name: object.name,
    type,
    clusterIPs,
    headless,
    ...(type === 'ExternalName' && externalName !== undefined ? { externalName } : {}),
    selector: selected ? selector : undefined,
    ports: readServicePorts(field(spec, 'ports'), type),
    publishNotReadyAddresses: flag(field(spec, 'publishNotReadyAddresses')) ?? false,
    internalTrafficPolicy: oneOf(field(spec, 'internalTrafficPolicy'), policies) ?? 'Cluster',
    externalTrafficPolicy: oneOf(field(spec, 'externalTrafficPolicy'), policies) ?? 'Cluster',
    families: readFamilies(spec, clusterIPs),
    externalIPs: readExternalIPs(root),
    manualEndpoints: selected ? [] : manualEndpoints,
    ...(typeof waypoint === 'string' ? { waypointNamespace: waypoint } : {}),
    place: object.place,
  }
}

/** Gives a Service its missing families, addresses and NodePorts. `used` are the cluster's families. */
export function settleService(
  { families, ...service }: ServiceDraft,
  { used, allocator }: { readonly used: readonly Family[]; readonly allocator: Allocator },
): Service {
  const owner = `${service.namespace}/${service.name}`
  const ipFamilies = settleFamilies({ families, ...service }, used)
  const missing = ipFamilies.filter((family) => !service.clusterIPs.some((address) => familyOf(address) === family))
  const leased = service.headless
    ? []
    : missing.flatMap((family) => allocator.lease(owner, { kind: 'service', family }) ?? [])
  const wantsNodePort = service.type === 'NodePort' || service.type === 'LoadBalancer'
  const ports = service.ports.map((port) => {
    if (!wantsNodePort || port.nodePort !== undefined) return port
    const nodePort = allocator.lease(`${owner} ${port.port}/${port.protocol}`, { kind: 'nodePort' })
    return nodePort === undefined ? port : { ...port, nodePort: Number(nodePort) }
  })
  return { ...service, ports, ipFamilies, clusterIPs: sortByFamily([...service.clusterIPs, ...leased]) }
}

function readClusterIPs(spec: Field): readonly string[] {
  const listed = items(field(spec, 'clusterIPs')).flatMap((item) => readAddress(item) ?? [])
  const single = listed.length > 0 ? [] : [readAddress(field(spec, 'clusterIP')) ?? []].flat()
  return sortByFamily([...listed, ...single])
}

function readFamilies(spec: Field, clusterIPs: readonly string[]): FamilyWish {
  const named = items(field(spec, 'ipFamilies')).flatMap((item) => {
    const name = oneOf(item, ['IPv4', 'IPv6'])
    if (isAbsent(item)) report(item, { message: 'Required value' })
    return name === undefined ? [] : [familyNames[name]]
  })
  const policy = oneOf(field(spec, 'ipFamilyPolicy'), ['SingleStack', 'PreferDualStack', 'RequireDualStack'])
  const given = clusterIPs.flatMap((address) => familyOf(address) ?? [])
  const dual = policy === 'RequireDualStack' ? 'required' : policy === 'PreferDualStack' ? 'preferred' : 'no'
  return { named: [...new Set<Family>([...named, ...given])], dual }
}

/**
 * One family, the cluster's first, unless the Service names others. A headless Service without selector is dual stack,
 * which is the API server's default.
 */
function settleFamilies({ families, type, headless, selector }: ServiceDraft, used: readonly Family[]): Family[] {
  if (type === 'ExternalName') return []
  const { named, dual } = families
  if (headless && selector === undefined && named.length === 0) return [4, 6]
  const first = named.length > 0 ? named : used.slice(0, 1)
  const more = dual === 'required' ? ([4, 6] as const) : dual === 'preferred' ? used : []
  return [...new Set<Family>([...first, ...more])]
}

function readExternalIPs(root: Field): string[] {
  const external = items(fieldAt(root, 'spec', 'externalIPs')).flatMap((item) => readAddress(item) ?? [])
  const balanced = items(fieldAt(root, 'status', 'loadBalancer', 'ingress')).flatMap(
    (item) => readAddress(field(item, 'ip')) ?? [],
  )
  return [...new Set([...external, ...balanced])]
}
