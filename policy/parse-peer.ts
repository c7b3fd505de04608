import { type Cidr, isStrictSubset, parseAddress, parseCidr } from './cidr.ts'
import { items, refuseUnknownKeys, text, typeName } from './decode.ts'
import { blockRemains, peerRemains } from './dropped-keys.ts'
import { type Field, field, isAbsent, isObject, report } from './field.ts'
import { invalidValue } from './names.ts'
import { parseSelector } from './parse-selector.ts'
import type { IpBlock, PolicyPeer } from './types.ts'

/** Whether the API server of that version rejects host bits, leading zeros and IPv4-mapped addresses (StrictIPCIDRValidation, 1.36). */
export type CidrStrictness = 'refuse' | 'warn'

/**
 * Parses one item of `from` or `to`: an ipBlock, or selectors. An empty peer is an error; it does not mean "everything" (docs/semantics.md,
 * rule 16).
 */
export function parsePeer(of: Field, strictness: CidrStrictness): PolicyPeer[] {
  if (!isAbsent(of) && !isObject(of.value)) {
    report(of, {
      message: `expected a peer, got ${typeName(of.value)}`,
      hint: 'write podSelector, namespaceSelector or ipBlock',
    })
    return []
  }
  refuseUnknownKeys(of, ['podSelector', 'namespaceSelector', 'ipBlock'], {
    hintFor: (key) =>
      key === 'port' || key === 'ports' || key === 'protocol'
        ? 'ports stand in the rule, beside from and to'
        : undefined,
    remains: peerRemains,
  })
  const podSelector = parseSelector(field(of, 'podSelector'))
  const namespaceSelector = parseSelector(field(of, 'namespaceSelector'))
  const block = field(of, 'ipBlock')
  const selectors = [field(of, 'podSelector'), field(of, 'namespaceSelector')].filter((selector) => !isAbsent(selector))
  if (isAbsent(block) && selectors.length === 0) {
    const hint =
      'write podSelector: {} for all pods of the namespace, namespaceSelector: {} for all pods, or leave the list out for everybody'
    report(of, { message: 'Required value: must specify a peer', hint })
  }
  if (!isAbsent(block) && selectors.length > 0) {
    report(block, {
      message: 'Forbidden: may not specify both ipBlock and another peer',
      hint: 'make two items of the list',
      part: 'key',
    })
  }
  const ipBlock = isAbsent(block) ? undefined : parseIpBlock(block, strictness)
  return [
    {
      ...(podSelector === undefined ? {} : { podSelector }),
      ...(namespaceSelector === undefined ? {} : { namespaceSelector }),
      ...(ipBlock === undefined ? {} : { ipBlock }),
    },
  ]
}

function parseIpBlock(of: Field, strictness: CidrStrictness): IpBlock | undefined {
  if (!isObject(of.value)) {
    report(of, {
      message: `expected an object with cidr, got ${typeName(of.value)}`,
      hint: 'write ipBlock: {cidr: 10.0.0.0/8}',
    })
    return undefined
  }
  refuseUnknownKeys(of, ['cidr', 'except'], { remains: blockRemains })
  const cidrField = field(of, 'cidr')
  if (isAbsent(cidrField) || cidrField.value === '') {
    report(cidrField, { message: 'Required value', hint: 'write cidr: 10.0.0.0/8, or 0.0.0.0/0 for all of IPv4' })
  }
  const cidr = cidrField.value === '' ? undefined : parseNetwork(cidrField, strictness)
  const except = items(field(of, 'except')).flatMap((item) => {
    const network = parseNetwork(item, strictness)
    if (isAbsent(item)) report(item, { message: 'Required value' })
    if (network === undefined || cidr === undefined || isStrictSubset(network, cidr)) return network?.text ?? []
    report(item, { message: invalidValue(item.value, `must be a strict subset of \`cidr\` ${cidr.text}`) })
    return []
  })
  if (cidr === undefined) return undefined
  return { cidr: cidr.text, ...(except.length === 0 ? {} : { except }) }
}

function parseNetwork(of: Field, strictness: CidrStrictness): Cidr | undefined {
  const written = text(of)
  if (written === undefined) return undefined
  const parsed = parseCidr(written)
  if (parsed === undefined) {
    const address = parseAddress(written)
    const hint =
      address === undefined
        ? undefined
        : `write ${address.text}/${address.family === 4 ? 32 : 128} for this address alone`
    report(of, {
      message: invalidValue(written, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'),
      hint,
    })
    return undefined
  }
  if (parsed.tolerated.length > 0) {
    const meaning =
      strictness === 'refuse'
        ? 'Kubernetes 1.36 and later refuse it'
        : `read as ${parsed.cidr.text}; Kubernetes 1.36 and later refuse it`
    const severity = strictness === 'refuse' ? 'error' : 'warning'
    report(of, {
      message: invalidValue(written, `${parsed.tolerated.join(', ')}: ${meaning}`),
      hint: `write ${parsed.cidr.text}`,
      severity,
    })
  }
  return parsed.cidr
}
