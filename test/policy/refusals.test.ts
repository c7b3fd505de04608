import { describe, expect, it } from 'vitest'
import { parsePolicy } from '../../policy/parse.ts'
import type { Place } from '../../policy/types.ts'

const place: Place = { file: 'p.yaml', line: 7, column: 3 }
const refused = (spec: unknown, metadata: unknown = { name: 'p' }) => parsePolicy({ metadata, spec }, () => place)
const peer = (value: unknown) => ({ ingress: [{ from: [value] }] })
const port = (value: unknown) => ({ ingress: [{ ports: [value] }] })
const expression = (value: unknown) => ({ podSelector: { matchExpressions: [value] } })

/** What the API server refuses (docs/semantics.md#what-the-api-server-refuses): the spec, the message in substance, the way out. */
const table: readonly (readonly [string, unknown, string, string?])[] = [
  [
    'port in quotes',
    port({ port: '80' }),
    'spec.ingress[0].ports[0].port: Invalid value: "80": must contain at least one letter',
    'write port: 80 without quotes',
  ],
  ['port 0', port({ port: 0 }), 'must be between 1 and 65535'],
  ['port 65536', port({ port: 65_536 }), 'must be between 1 and 65535'],
  ['port that is no number', port({ port: true }), 'expected a whole number, got the boolean true'],
  ['port name too long', port({ port: 'a234567890123456' }), 'no more than 15 characters'],
  ['port name with upper case', port({ port: 'Http' }), 'alpha-numeric'],
  ['port name with --', port({ port: 'a--b' }), 'consecutive hyphens'],
  ['port name with a hyphen at its end', port({ port: 'ab-' }), 'begin or end with a hyphen'],
  [
    'endPort without port',
    port({ endPort: 90 }),
    'endPort: Forbidden: may not be specified when `port` is not specified',
  ],
  ['endPort with a named port', port({ port: 'http', endPort: 90 }), 'may not be specified when `port` is a name'],
  ['endPort below port', port({ port: 90, endPort: 80 }), 'greater than or equal to `port`'],
  ['protocol in lower case', port({ protocol: 'tcp' }), 'Unsupported value: "tcp"', 'did you mean TCP?'],
  ['protocol ICMP', port({ protocol: 'ICMP' }), 'Unsupported value: "ICMP": supported values: TCP, UDP, SCTP'],
  ['empty protocol', port({ protocol: '' }), 'Unsupported value: ""'],
  ['rule 16: empty peer', peer({}), 'spec.ingress[0].from[0]: Required value: must specify a peer'],
  ['rule 16: peer with a null podSelector', peer({ podSelector: null }), 'must specify a peer'],
  ['rule 16: null peer', peer(null), 'must specify a peer'],
  [
    'rule 32: ipBlock with a selector',
    peer({ ipBlock: { cidr: '10.0.0.0/8' }, podSelector: {} }),
    'ipBlock: Forbidden',
  ],
  ['ipBlock without cidr', peer({ ipBlock: {} }), 'cidr: Required value'],
  [
    'an address as cidr',
    peer({ ipBlock: { cidr: '10.0.0.1' } }),
    'must be a valid CIDR value',
    'write 10.0.0.1/32 for this address alone',
  ],
  [
    'except that equals cidr',
    peer({ ipBlock: { cidr: '10.0.0.0/8', except: ['10.0.0.0/8'] } }),
    'except[0]: Invalid value: "10.0.0.0/8": must be a strict subset',
  ],
  [
    'except outside cidr',
    peer({ ipBlock: { cidr: '10.0.0.0/8', except: ['11.0.0.0/16'] } }),
    'must be a strict subset',
  ],
  [
    'except of another family',
    peer({ ipBlock: { cidr: '10.0.0.0/8', except: ['fd00::/64'] } }),
    'must be a strict subset',
  ],
  ['except that is no CIDR', peer({ ipBlock: { cidr: '10.0.0.0/8', except: ['x'] } }), 'except[0]: Invalid value: "x"'],
  ['three policyTypes', { policyTypes: ['Ingress', 'Egress', 'Ingress'] }, 'may not specify more than two policyTypes'],
  ['policy type in lower case', { policyTypes: ['ingress'] }, 'Unsupported value: "ingress"', 'did you mean Ingress?'],
  ['In without values', expression({ key: 'a', operator: 'In' }), 'values: Required value'],
  ['Exists with values', expression({ key: 'a', operator: 'Exists', values: ['b'] }), 'values: Forbidden'],
  [
    'unknown operator',
    expression({ key: 'a', operator: 'in', values: ['b'] }),
    'Unsupported value: "in"',
    'did you mean In?',
  ],
  ['expression without operator', expression({ key: 'a' }), 'operator: Required value'],
  ['expression without key', expression({ operator: 'Exists' }), 'key: Required value'],
  ['label key with two slashes', { podSelector: { matchLabels: { 'a/b/c': 'd' } } }, 'at most one "/"'],
  ['label value with a space', { podSelector: { matchLabels: { a: 'b c' } } }, 'a valid label must be'],
  [
    'rule 26: a number as label value',
    { podSelector: { matchLabels: { a: 1 } } },
    'spec.podSelector.matchLabels.a: expected a string, got the number 1',
    'write "1" with quotes: YAML reads it as a number otherwise',
  ],
  ['rule 26: a boolean as label value', { podSelector: { matchLabels: { a: true } } }, 'got the boolean true'],
  [
    'rule 26: a number among values',
    expression({ key: 'a', operator: 'In', values: [1] }),
    'values[0]: expected a string',
  ],
  [
    'unknown key in spec',
    { podSelectors: {} },
    'spec.podSelectors: unknown field "podSelectors"',
    'did you mean podSelector?',
  ],
  ['unknown key of another tool', { pod_selector: {} }, 'unknown field "pod_selector"', 'did you mean podSelector?'],
  [
    'port in a peer',
    peer({ podSelector: {}, port: 80 }),
    'unknown field "port"',
    'ports stand in the rule, beside from and to',
  ],
  [
    'podSelector in a rule',
    { ingress: [{ podSelector: {} }] },
    'unknown field "podSelector"',
    'podSelector stands in a peer: from: [{podSelector: …}]',
  ],
  [
    'to in an ingress rule',
    { ingress: [{ to: [] }] },
    'unknown field "to"',
    'to belongs to egress rules: write from here',
  ],
  [
    'labels without matchLabels',
    { podSelector: { app: 'ui' } },
    'unknown field "app": kubectl refuses it; without strict validation it is dropped, and the selector is empty and selects every pod of the namespace',
    'write matchLabels: {app: …}',
  ],
  [
    'rules that are no list',
    { ingress: { from: [] } },
    'spec.ingress: expected a list, got an object',
    'begin each item with "- "',
  ],
  ['spec that is no object', 'all', 'spec: expected an object, got the string "all"'],
]

describe('parsePolicy refuses', () => {
  it.each(table)('%s', (_, spec, message, hint) => {
    const { policy, problems } = refused(spec)
    expect(policy).toBeUndefined()
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatchObject({ severity: 'error', place })
    expect(problems[0]?.message).toContain(`NetworkPolicy default/p: `)
    expect(problems[0]?.message).toContain(message)
    if (hint !== undefined) expect(problems[0]?.hint).toBe(hint)
  })
  it('a name that is no DNS subdomain, and a missing one', () => {
    expect(refused({}, { name: 'A_b' }).problems[0]?.message).toContain('metadata.name: Invalid value: "A_b"')
    expect(refused({}, {}).problems[0]?.message).toContain('name is required')
  })
  it('what is no object at all', () => {
    for (const raw of [null, undefined, 3, 'x', []]) expect(parsePolicy(raw, () => place).problems).toHaveLength(1)
  })
  it('all mistakes at once', () => {
    const { problems } = refused({
      podSelectors: {},
      ingress: [{ from: [{}], ports: [{ port: '80' }, { protocol: 'tcp' }] }],
    })
    expect(problems).toHaveLength(4)
  })
  it('spec keys beside spec, with the way out', () => {
    const { problems } = parsePolicy({ metadata: { name: 'p' }, podSelector: {} }, () => place)
    expect(problems[0]?.hint).toBe('podSelector stands under spec: indent it')
  })
})
