import { parseCidr } from './cidr.ts'
import type { ClusterPeer, PodSet } from './cluster-policy.ts'
import { items, refuseUnknownKeys, text, typeName } from './decode.ts'
import { type Field, field, isAbsent, isObject, report } from './field.ts'
import { invalidValue } from './names.ts'
import { parseSelector } from './parse-selector.ts'
import type { Direction } from './types.ts'

const podKinds = ['namespaces', 'pods'] as const
const egressKinds = [...podKinds, 'nodes', 'networks', 'domainNames'] as const
const domainName = /^(\*\.)?([a-zA-Z0-9]([-a-zA-Z0-9_]*[a-zA-Z0-9])?\.)+[a-zA-Z0-9]([-a-zA-Z0-9_]*[a-zA-Z0-9])?\.?$/

/** Parses the subject of a ClusterNetworkPolicy: `namespaces` or `pods`. */
export function parseSubject(of: Field): PodSet | undefined {
  if (isAbsent(of)) report(of, { message: 'Required value', hint: 'write subject: {namespaces: {}} for all pods' })
  else if (oneKey(of, podKinds) !== undefined) return parsePods(of)
  return undefined
}

/** Parses one item of `from` or `to`. Exactly one of its fields must be set. Nodes, networks and domain names are valid only for egress. */
export function parseClusterPeer(of: Field, direction: Direction): ClusterPeer[] {
  const kind = oneKey(of, direction === 'ingress' ? podKinds : egressKinds)
  if (kind === undefined) return []
  const value = field(of, kind)
  switch (kind) {
    case 'namespaces':
    case 'pods': {
      const pods = parsePods(of)
      return pods === undefined ? [] : [{ kind: 'pods', ...pods }]
    }
    case 'nodes':
      return [{ kind, selector: parseSelector(value) ?? {} }]
    case 'networks':
      return [{ kind, cidrs: listed(value, parseNetwork) }]
    case 'domainNames':
      return [{ kind, names: listed(value, parseDomain) }]
    default:
      return kind satisfies never
  }
}

function parsePods(of: Field): PodSet | undefined {
  const namespaces = field(of, 'namespaces')
  if (!isAbsent(namespaces)) return { namespaceSelector: parseSelector(namespaces) ?? {}, podSelector: {} }
  const pods = field(of, 'pods')
  if (!isObject(pods.value)) {
    report(pods, { message: `expected an object, got ${typeName(pods.value)}`, hint: 'write pods: {podSelector: {}}' })
    return undefined
  }
  refuseUnknownKeys(pods, ['namespaceSelector', 'podSelector'])
  const podSelector = field(pods, 'podSelector')
  if (isAbsent(podSelector))
    report(podSelector, { message: 'Required value', hint: 'write podSelector: {} for all pods' })
  return {
    namespaceSelector: parseSelector(field(pods, 'namespaceSelector')) ?? {},
    podSelector: parseSelector(podSelector) ?? {},
  }
}

/** Returns the key of a union that is set. Reports a problem unless exactly one is set. */
function oneKey<T extends string>(of: Field, kinds: readonly T[]): T | undefined {
  if (!isObject(of.value)) {
    report(of, { message: `expected an object, got ${typeName(of.value)}` })
    return undefined
  }
  refuseUnknownKeys(of, kinds)
  const set = kinds.filter((kind) => !isAbsent(field(of, kind)))
  if (set.length === 1) return set[0]
  const message = set.length === 0 ? 'Required value: one of' : 'Forbidden: only one of'
  report(of, { message: `${message} ${kinds.join(', ')}`, ...(set.length > 1 ? { hint: 'make an item of each' } : {}) })
  return undefined
}

function listed(of: Field, parse: (of: Field) => string | undefined): string[] {
  const list = items(of)
  if (list.length === 0) report(of, { message: 'Invalid value: should have at least 1 item' })
  if (list.length > 25) report(of, { message: `Too many: ${list.length}: must have at most 25 items` })
  return list.flatMap((item) => parse(item) ?? [])
}

function parseNetwork(of: Field): string | undefined {
  const written = text(of)
  const parsed = written === undefined ? undefined : parseCidr(written)
  if (parsed !== undefined && !parsed.tolerated.includes('leading zeros')) return parsed.cidr.text
  if (!isAbsent(of) && written === undefined) return undefined
  report(of, {
    message: invalidValue(of.value ?? '', 'Invalid CIDR format provided'),
    hint: 'write 10.0.0.0/8 or fd00::/8',
  })
  return undefined
}

function parseDomain(of: Field): string | undefined {
  const name = text(of)
  if (name === undefined || domainName.test(name)) return name
  report(of, { message: invalidValue(name, 'must be a domain name such as www.example.com or *.example.com') })
  return undefined
}
