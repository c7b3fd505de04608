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

/** Reads a Service as it was given: no addresses or NodePorts are handed out yet. */
export function readService(
  object: ManifestObject,
  manualEndpoints: readonly ManualEndpoint[],
  problems: Problem[],
): Service {
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
    ...{ namespace: object.namespace, name: object.name, type, clusterIPs, headless },
    ...(type === 'ExternalName' && externalName !== undefined ? { externalName } : {}),
    selector: selected ? selector : undefined,
    ports: readServicePorts(field(spec, 'ports'), type),
    publishNotReadyAddresses: flag(field(spec, 'publishNotReadyAddresses')) ?? false,
    internalTrafficPolicy: oneOf(field(spec, 'internalTrafficPolicy'), policies) ?? 'Cluster',
    externalTrafficPolicy: oneOf(field(spec, 'externalTrafficPolicy'), policies) ?? 'Cluster',
    ipFamilies: type === 'ExternalName' ? [] : readFamilies(spec, { clusterIPs, bare: headless && !selected }),
    externalIPs: readExternalIPs(root),
    manualEndpoints: selected ? [] : manualEndpoints,
    ...(typeof waypoint === 'string' ? { waypointNamespace: waypoint } : {}),
    place: object.place,
  }
}

/** Gives a Service the addresses and NodePorts that it lacks. */
export function settleService(service: Service, allocator: Allocator): Service {
  const owner = `${service.namespace}/${service.name}`
  const missing = service.ipFamilies.filter(
    (family) => !service.clusterIPs.some((address) => familyOf(address) === family),
  )
  const leased = service.headless
    ? []
    : missing.flatMap((family) => allocator.lease(owner, { kind: 'service', family }) ?? [])
  const wantsNodePort = service.type === 'NodePort' || service.type === 'LoadBalancer'
  const ports = service.ports.map((port) => {
    if (!wantsNodePort || port.nodePort !== undefined) return port
    const nodePort = allocator.lease(`${owner} ${port.port}/${port.protocol}`, { kind: 'nodePort' })
    return nodePort === undefined ? port : { ...port, nodePort: Number(nodePort) }
  })
  return { ...service, ports, clusterIPs: sortByFamily([...service.clusterIPs, ...leased]) }
}

function readClusterIPs(spec: Field): readonly string[] {
  const listed = items(field(spec, 'clusterIPs')).flatMap((item) => readAddress(item) ?? [])
  const single = listed.length > 0 ? [] : [readAddress(field(spec, 'clusterIP')) ?? []].flat()
  return sortByFamily([...listed, ...single])
}

/** SingleStack IPv4 unless the Service says otherwise; headless without selector is dual stack, as the API server defaults it. */
function readFamilies(spec: Field, { clusterIPs, bare }: { clusterIPs: readonly string[]; bare: boolean }): Family[] {
  const named = items(field(spec, 'ipFamilies')).flatMap((item) => {
    const name = oneOf(item, ['IPv4', 'IPv6'])
    if (isAbsent(item)) report(item, { message: 'Required value' })
    return name === undefined ? [] : [familyNames[name]]
  })
  const policy = oneOf(field(spec, 'ipFamilyPolicy'), ['SingleStack', 'PreferDualStack', 'RequireDualStack'])
  const dual = policy === undefined ? bare && named.length === 0 : policy !== 'SingleStack'
  const given = clusterIPs.flatMap((address) => familyOf(address) ?? [])
  const first: Family[] = named.length > 0 ? named : given.length > 0 ? given : [4]
  return [...new Set<Family>([...first, ...given, ...(dual ? ([4, 6] as const) : [])])]
}

function readExternalIPs(root: Field): string[] {
  const external = items(fieldAt(root, 'spec', 'externalIPs')).flatMap((item) => readAddress(item) ?? [])
  const balanced = items(fieldAt(root, 'status', 'loadBalancer', 'ingress')).flatMap(
    (item) => readAddress(field(item, 'ip')) ?? [],
  )
  return [...new Set([...external, ...balanced])]
}
