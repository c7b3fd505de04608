import { items, oneOf, refuseUnknownKeys, text, typeName } from './decode.ts'
import { objectRemains, ruleRemains, specRemains } from './dropped-keys.ts'
import { type Field, field, fieldAt, isAbsent, isObject, type Locate, report } from './field.ts'
import { invalidValue, labelNameFault, subdomainFault } from './names.ts'
import { type CidrStrictness, parsePeer } from './parse-peer.ts'
import { parsePolicyPort } from './parse-port.ts'
import { parseSelector } from './parse-selector.ts'
import type { Direction, NetworkPolicy, PolicyRule, Problem } from './types.ts'

export interface ParseOptions {
  /** The cluster's version (`1.36`, `v1.34.2`). From 1.36 on, non-canonical CIDRs are errors. Before, they are masked with a warning. */
  readonly kubernetes?: string
}

export interface ParsedPolicy {
  /** Absent if the API server would reject the object. */
  readonly policy?: NetworkPolicy
  readonly problems: readonly Problem[]
}

const specKeys = ['podSelector', 'policyTypes', 'ingress', 'egress'] as const

/**
 * Parses a networking.k8s.io/v1 NetworkPolicy. Reports everything that the API server rejects
 * (docs/semantics.md#what-the-api-server-refuses), all at once, and applies its defaults (rules 1, 8 to 16).
 */
export function parsePolicy(raw: unknown, at: Locate, options: ParseOptions = {}): ParsedPolicy {
  const problems: Problem[] = []
  const root: Field = { value: raw, path: [], source: { subject: subjectOf(raw), at, problems } }
  if (!isObject(raw)) {
    report(root, { message: `expected an object, got ${typeName(raw)}` })
    return { problems }
  }
  refuseUnknownKeys(root, ['apiVersion', 'kind', 'metadata', 'spec', 'status'], {
    hintFor: (key) => (specKeys.some((known) => known === key) ? `${key} stands under spec: indent it` : undefined),
    remains: objectRemains,
  })
  const namespace = parseName(fieldAt(root, 'metadata', 'namespace'), labelNameFault) ?? 'default'
  const nameField = fieldAt(root, 'metadata', 'name')
  const name = parseName(nameField, subdomainFault)
  if (isAbsent(nameField) || nameField.value === '')
    report(nameField, { message: 'Required value: name is required', hint: 'write metadata: {name: …}' })
  const spec = parseSpec(field(root, 'spec'), strictnessOf(options.kubernetes))
  if (name === undefined || problems.some(({ severity }) => severity === 'error')) return { problems }
  const place = at([])
  return { policy: { namespace, name, ...spec, ...(place === undefined ? {} : { place }) }, problems }
}

function parseSpec(spec: Field, strictness: CidrStrictness): Omit<NetworkPolicy, 'namespace' | 'name' | 'place'> {
  if (!isAbsent(spec) && !isObject(spec.value))
    report(spec, { message: `expected an object, got ${typeName(spec.value)}` })
  refuseUnknownKeys(spec, specKeys, {
    hintFor: (key) =>
      key === 'from' || key === 'to'
        ? `${key} stands in a rule: ${key === 'from' ? 'ingress' : 'egress'}: [{${key}: …}]`
        : undefined,
    remains: specRemains,
  })
  const podSelector = parseSelector(field(spec, 'podSelector')) ?? {}
  const ingress = parseRules(field(spec, 'ingress'), 'from', strictness)
  const egress = parseRules(field(spec, 'egress'), 'to', strictness)
  const policyTypes =
    parseTypes(field(spec, 'policyTypes')) ?? (egress.length > 0 ? ['ingress', 'egress'] : ['ingress'])
  warnOfInertRules(spec, policyTypes)
  return { podSelector, policyTypes, ingress, egress }
}

/** Absent, null and empty lists contain no rule and allow nothing (rule 12). `[{}]` is one rule that allows everything (rule 13). */
function parseRules(of: Field, peersKey: 'from' | 'to', strictness: CidrStrictness): PolicyRule[] {
  return items(of).map((rule) => {
    if (!isAbsent(rule) && !isObject(rule.value))
      report(rule, { message: `expected a rule, got ${typeName(rule.value)}` })
    const other = peersKey === 'from' ? 'to' : 'from'
    refuseUnknownKeys(rule, [peersKey, 'ports'], {
      hintFor: (key) => {
        if (key === other)
          return `${other} belongs to ${other === 'to' ? 'egress' : 'ingress'} rules: write ${peersKey} here`
        const peerKey = key === 'podSelector' || key === 'namespaceSelector' || key === 'ipBlock'
        return peerKey ? `${key} stands in a peer: ${peersKey}: [{${key}: …}]` : undefined
      },
      remains: ruleRemains(peersKey),
    })
    return {
      peers: items(field(rule, peersKey)).flatMap((peer) => parsePeer(peer, strictness)),
      ports: items(field(rule, 'ports')).map(parsePolicyPort),
    }
  })
}

function parseTypes(of: Field): Direction[] | undefined {
  const words = items(of)
  if (words.length > 2) report(of, { message: 'Invalid value: may not specify more than two policyTypes' })
  const types = words.flatMap((word): Direction[] => {
    if (isAbsent(word)) report(word, { message: 'Unsupported value: "": supported values: Ingress, Egress' })
    const type = oneOf(word, ['Ingress', 'Egress'])
    return type === undefined ? [] : [type === 'Ingress' ? 'ingress' : 'egress']
  })
  return words.length === 0 ? undefined : [...new Set(types)]
}

/** Rule 10. */
function warnOfInertRules(spec: Field, types: readonly Direction[]): void {
  for (const direction of ['ingress', 'egress'] as const) {
    const rules = field(spec, direction)
    if (types.includes(direction) || !Array.isArray(rules.value) || rules.value.length === 0) continue
    const word = direction === 'ingress' ? 'Ingress' : 'Egress'
    const message = `these rules have no effect: policyTypes does not name ${word}`
    report(rules, {
      message,
      hint: `add ${word} to policyTypes, or remove the rules`,
      severity: 'warning',
      part: 'key',
    })
  }
}

function parseName(of: Field, faultOf: (text: string) => string | undefined): string | undefined {
  const name = text(of) || undefined
  const fault = name === undefined ? undefined : faultOf(name)
  if (fault !== undefined) report(of, { message: invalidValue(name, fault) })
  return name
}

function subjectOf(raw: unknown): string {
  const metadata = isObject(raw) && isObject(raw.metadata) ? raw.metadata : {}
  const { namespace = 'default', name } = metadata
  return typeof name === 'string' && typeof namespace === 'string'
    ? `NetworkPolicy ${namespace}/${name}`
    : 'NetworkPolicy'
}

function strictnessOf(version: string | undefined): CidrStrictness {
  const match = /^v?(\d+)\.(\d+)/.exec(version ?? '')
  if (match === null) return 'warn'
  return Number(match[1]) > 1 || Number(match[2]) >= 36 ? 'refuse' : 'warn'
}
