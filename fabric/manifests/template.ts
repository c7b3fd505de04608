import { canonicalAddress } from '../../policy/cidr.ts'
import { flag, integer, items, oneOf, readOnce, text } from '../../policy/decode.ts'
import { type Field, field, fieldAt, isAbsent, isObject, report } from '../../policy/field.ts'
import { invalidValue, labelNameFault, portNameFault, subdomainFault } from '../../policy/names.ts'
import { parsePortNumber, protocols } from '../../policy/parse-port.ts'
import { parseLabels } from '../../policy/parse-selector.ts'
import type { ContainerPort, Pod } from '../world.ts'

/** The fields of a pod, or of a workload's pod template. */
export interface PodTemplate
  extends Pick<
    Pod,
    | 'labels'
    | 'hostNetwork'
    | 'serviceAccount'
    | 'ports'
    | 'hostname'
    | 'subdomain'
    | 'dnsPolicy'
    | 'dnsConfig'
    | 'hostAliases'
  > {
  readonly nodeName?: string
  /** Set by the annotation `lab.crosscheck.dev/not-ready: "true"`. */
  readonly notReady: boolean
}

/** A pod with this annotation set to `true` is never ready. */
export const notReadyAnnotation = 'lab.crosscheck.dev/not-ready'
const dnsPolicies = ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'] as const

/** Reads `metadata` and `spec` below a field: a Pod, or a workload's `spec.template`. */
export function readTemplate(of: Field): PodTemplate {
  const spec = field(of, 'spec')
  if (!isAbsent(spec) && !isObject(spec.value)) report(spec, { message: 'expected an object' })
  const [nodeName, hostname, subdomain] = [
    nameAt(field(spec, 'nodeName'), subdomainFault),
    nameAt(field(spec, 'hostname'), labelNameFault),
    nameAt(field(spec, 'subdomain'), labelNameFault),
  ]
  const dnsConfig = readDnsConfig(field(spec, 'dnsConfig'))
  return {
    labels: parseLabels(fieldAt(of, 'metadata', 'labels')),
    notReady: text(fieldAt(of, 'metadata', 'annotations', notReadyAnnotation)) === 'true',
    hostNetwork: flag(field(spec, 'hostNetwork')) ?? false,
    serviceAccount: text(field(spec, 'serviceAccountName')) ?? 'default',
    ports: readPorts(spec),
    dnsPolicy: oneOf(field(spec, 'dnsPolicy'), dnsPolicies) ?? 'ClusterFirst',
    hostAliases: items(field(spec, 'hostAliases')).flatMap(readAlias),
    ...(nodeName ? { nodeName } : {}),
    ...(hostname ? { hostname } : {}),
    ...(subdomain ? { subdomain } : {}),
    ...(dnsConfig === undefined ? {} : { dnsConfig }),
  }
}

/** Ports of containers and of sidecars: init containers with restartPolicy Always (docs/semantics.md, rule 45). */
function readPorts(spec: Field): readonly ContainerPort[] {
  const own = readOwnPorts(field(spec, 'containers'))
  const ofSidecars = readSidecarPorts(field(spec, 'initContainers'))
  return ofSidecars.length === 0 ? own : [...own, ...ofSidecars]
}

const readOwnPorts = readOnce((containers) => {
  const own = items(containers)
  if (Array.isArray(containers.value) && own.length === 0)
    report(containers, { message: 'Required value: a pod has at least one container' })
  return own.flatMap(portsOf)
})

const readSidecarPorts = readOnce((containers) =>
  items(containers)
    .filter((container) => field(container, 'restartPolicy').value === 'Always')
    .flatMap(portsOf)
    .map((port) => ({ ...port, sidecar: true })),
)

function portsOf(container: Field): ContainerPort[] {
  return items(field(container, 'ports')).flatMap(readPort)
}

function readPort(of: Field): ContainerPort[] {
  const portField = field(of, 'containerPort')
  const port = parsePortNumber(portField)
  if (isAbsent(portField)) report(portField, { message: 'Required value', hint: 'write containerPort: 8080' })
  const protocol = oneOf(field(of, 'protocol'), protocols) ?? 'TCP'
  const name = text(field(of, 'name')) || undefined
  const fault = name === undefined ? undefined : portNameFault(name)
  if (fault !== undefined) report(field(of, 'name'), { message: invalidValue(name, fault) })
  return port === undefined ? [] : [{ port, protocol, ...(name === undefined ? {} : { name }) }]
}

function readDnsConfig(of: Field): Pod['dnsConfig'] {
  if (isAbsent(of)) return undefined
  const ndots = items(field(of, 'options')).find((option) => field(option, 'name').value === 'ndots')
  const count = ndots === undefined ? undefined : Number(text(field(ndots, 'value')))
  return {
    nameservers: items(field(of, 'nameservers')).flatMap((item) => readAddress(item) ?? []),
    searches: items(field(of, 'searches')).flatMap((item) => text(item) ?? []),
    ...(count !== undefined && Number.isInteger(count) && count >= 0 ? { ndots: count } : {}),
  }
}

function readAlias(of: Field): Pod['hostAliases'] {
  const ip = readAddress(field(of, 'ip'))
  const hostnames = items(field(of, 'hostnames')).flatMap((item) => text(item) ?? [])
  return ip === undefined ? [] : [{ ip, hostnames }]
}

/** An IP literal in canonical form. Any other value is a problem. */
export function readAddress(of: Field): string | undefined {
  const written = text(of) || undefined
  if (written === undefined) return undefined
  const address = canonicalAddress(written)
  if (address === undefined)
    report(of, { message: invalidValue(written, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)') })
  return address
}

/** A whole number from 0. Absent is no problem. */
export function readCount(of: Field): number | undefined {
  const count = integer(of)
  if (count === undefined || count >= 0) return count
  report(of, { message: invalidValue(count, 'must be greater than or equal to 0') })
  return undefined
}

function nameAt(of: Field, faultOf: (name: string) => string | undefined): string | undefined {
  const name = text(of) || undefined
  const fault = name === undefined ? undefined : faultOf(name)
  if (fault !== undefined) report(of, { message: invalidValue(name, fault) })
  return fault === undefined ? name : undefined
}
