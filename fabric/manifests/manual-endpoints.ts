import { flag, items, oneOf, text } from '../../policy/decode.ts'
import { type Field, field, fieldAt } from '../../policy/field.ts'
import { parsePortNumber, protocols } from '../../policy/parse-port.ts'
import type { Problem } from '../../policy/types.ts'
import type { ManualEndpoint } from '../world.ts'
import { type ManifestObject, rootOf } from './object.ts'
import { readAddress } from './template.ts'

/**
 * Endpoints by Service (`namespace/name`), from EndpointSlices, or else from Endpoints. If both exist, one mirrors the
 * other.
 */
export function readManualEndpoints(
  objects: readonly ManifestObject[],
  problems: Problem[],
): ReadonlyMap<string, readonly ManualEndpoint[]> {
  const slices = new Map<string, ManualEndpoint[]>()
  const endpoints = new Map<string, ManualEndpoint[]>()
  for (const object of objects) {
    const root = rootOf(object, problems)
    if (object.kind === 'EndpointSlice') {
      const service = text(fieldAt(root, 'metadata', 'labels', 'kubernetes.io/service-name'))
      const key = `${object.namespace}/${service}`
      if (service) slices.set(key, [...(slices.get(key) ?? []), ...readSlice(root)])
    } else if (object.kind === 'Endpoints') {
      endpoints.set(`${object.namespace}/${object.name}`, items(field(root, 'subsets')).flatMap(readSubset))
    }
  }
  return new Map([...endpoints, ...slices])
}

/** An endpoint without conditions is ready (discovery.k8s.io/v1). Names (addressType FQDN) are not addresses. */
function readSlice(root: Field): ManualEndpoint[] {
  if (field(root, 'addressType').value === 'FQDN') return []
  const ports = readPorts(field(root, 'ports'))
  return items(field(root, 'endpoints')).map((item) => ({
    addresses: items(field(item, 'addresses')).flatMap((address) => readAddress(address) ?? []),
    ready: flag(fieldAt(item, 'conditions', 'ready')) ?? true,
    ...hostnameOf(item),
    ports,
  }))
}

function readSubset(subset: Field): ManualEndpoint[] {
  const ports = readPorts(field(subset, 'ports'))
  const readList = (key: string, ready: boolean) =>
    items(field(subset, key)).flatMap((item) => {
      const address = readAddress(field(item, 'ip'))
      return address === undefined ? [] : [{ addresses: [address], ready, ...hostnameOf(item), ports }]
    })
  return [...readList('addresses', true), ...readList('notReadyAddresses', false)]
}

function readPorts(of: Field): ManualEndpoint['ports'] {
  return items(of).flatMap((item) => {
    const port = parsePortNumber(field(item, 'port'))
    const name = text(field(item, 'name')) || undefined
    const protocol = oneOf(field(item, 'protocol'), protocols) ?? 'TCP'
    return port === undefined ? [] : [{ port, protocol, ...(name === undefined ? {} : { name }) }]
  })
}

function hostnameOf(item: Field): { hostname?: string } {
  const hostname = text(field(item, 'hostname')) || undefined
  return hostname === undefined ? {} : { hostname }
}
