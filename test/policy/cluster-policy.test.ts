import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseClusterPolicy } from '../../policy/parse-cluster-policy.ts'

const spec = { tier: 'Admin', priority: 5, subject: { namespaces: {} } }
const parsed = (change: object, metadata: object = { name: 'guard' }) =>
  parseClusterPolicy({ metadata, spec: { ...spec, ...change } }, () => undefined)
const messages = (change: object, metadata?: object) =>
  parsed(change, metadata).problems.map(({ message }) => message.replace('ClusterNetworkPolicy guard: ', ''))
const egress = (to: unknown, more: object = {}) => ({ egress: [{ action: 'Accept', to: [to], ...more }] })
const ports = (...protocols: unknown[]) => ({ ingress: [{ action: 'Deny', from: [{ namespaces: {} }], protocols }] })

describe('parseClusterPolicy', () => {
  it('reads every kind of peer and port', () => {
    const { policy, problems } = parsed({
      subject: { pods: { namespaceSelector: { matchLabels: { a: '1' } }, podSelector: { matchLabels: { b: '2' } } } },
      ingress: [
        {
          name: 'in',
          action: 'Pass',
          from: [{ pods: { podSelector: {} } }],
          protocols: [
            { tcp: { destinationPort: { number: 80 } } },
            { udp: { destinationPort: { range: { start: 1, end: 9 } } } },
            { destinationNamedPort: 'web' },
          ],
        },
      ],
      egress: [
        {
          action: 'Accept',
          to: [
            { nodes: {} },
            { networks: ['10.0.0.0/8', 'fd00::/8'] },
            { domainNames: ['*.example.com'] },
            { namespaces: { matchLabels: { c: '3' } } },
          ],
        },
      ],
    })
    expect(problems).toEqual([])
    expect(policy).toEqual({
      ...{ name: 'guard', tier: 'Admin', priority: 5 },
      subject: { namespaceSelector: { matchLabels: { a: '1' } }, podSelector: { matchLabels: { b: '2' } } },
      ingress: [
        {
          ...{ name: 'in', action: 'Pass' },
          peers: [{ kind: 'pods', namespaceSelector: {}, podSelector: {} }],
          ports: [
            { kind: 'range', protocol: 'TCP', first: 80, last: 80 },
            { kind: 'range', protocol: 'UDP', first: 1, last: 9 },
            { kind: 'name', name: 'web' },
          ],
        },
      ],
      egress: [
        {
          action: 'Accept',
          peers: [
            { kind: 'nodes', selector: {} },
            { kind: 'networks', cidrs: ['10.0.0.0/8', 'fd00::/8'] },
            { kind: 'domainNames', names: ['*.example.com'] },
            { kind: 'pods', namespaceSelector: { matchLabels: { c: '3' } }, podSelector: {} },
          ],
          ports: [],
        },
      ],
    })
  })
  it.each([
    [
      'a tier of another name',
      { tier: 'admin' },
      ['spec.tier: Unsupported value: "admin": supported values: Admin, Baseline'],
    ],
    [
      'an absent tier, priority and subject',
      { tier: null, priority: null, subject: null },
      ['spec.tier: Required value', 'spec.priority: Required value', 'spec.subject: Required value'],
    ],
    [
      'a priority out of bounds',
      { priority: 1001 },
      ['spec.priority: Invalid value: 1001: must be between 0 and 1000, inclusive'],
    ],
    [
      'a subject of both kinds',
      { subject: { namespaces: {}, pods: { podSelector: {} } } },
      ['spec.subject: Forbidden: only one of namespaces, pods'],
    ],
    ['pods without a podSelector', { subject: { pods: {} } }, ['spec.subject.pods.podSelector: Required value']],
    [
      'a rule without peers',
      { ingress: [{ action: 'Deny', from: [] }] },
      ['spec.ingress[0].from: Required value: at least one peer'],
    ],
    [
      'a rule without action',
      { ingress: [{ from: [{ namespaces: {} }] }] },
      ['spec.ingress[0].action: Required value'],
    ],
    [
      'the action of the older kind',
      { ingress: [{ action: 'Allow', from: [{ namespaces: {} }] }] },
      ['spec.ingress[0].action: Unsupported value: "Allow": supported values: Accept, Deny, Pass'],
    ],
    [
      'networks as a source',
      { ingress: [{ action: 'Deny', from: [{ networks: ['10.0.0.0/8'] }] }] },
      [
        'spec.ingress[0].from[0].networks: unknown field "networks"',
        'spec.ingress[0].from[0]: Required value: one of namespaces, pods',
      ],
    ],
    [
      'a network that is none',
      egress({ networks: ['10.0.0.5'] }),
      ['spec.egress[0].to[0].networks[0]: Invalid value: "10.0.0.5": Invalid CIDR format provided'],
    ],
    [
      'a domain that is none',
      egress({ domainNames: ['com'] }),
      [
        'spec.egress[0].to[0].domainNames[0]: Invalid value: "com": must be a domain name such as www.example.com or *.example.com',
      ],
    ],
    [
      'named ports of networks',
      egress({ networks: ['10.0.0.0/8'] }, { protocols: [{ destinationNamedPort: 'web' }] }),
      ['spec.egress[0].protocols: Invalid value: networks have no named ports'],
    ],
    [
      'a protocol without port',
      ports({ tcp: {} }),
      ['spec.ingress[0].protocols[0].tcp.destinationPort: Required value: destinationPort with number or range'],
    ],
    [
      'two protocols in one item',
      ports({ tcp: { destinationPort: { number: 1 } }, destinationNamedPort: 'a' }),
      ['spec.ingress[0].protocols[0]: Forbidden: only one of tcp, udp, sctp, destinationNamedPort'],
    ],
    [
      'a range that is empty',
      ports({ udp: { destinationPort: { range: { start: 9, end: 9 } } } }),
      ['spec.ingress[0].protocols[0].udp.destinationPort.range: Invalid value: Start port must be less than End port'],
    ],
    [
      'a port out of bounds',
      ports({ tcp: { destinationPort: { number: 65_536 } } }),
      [
        'spec.ingress[0].protocols[0].tcp.destinationPort.number: Invalid value: 65536: must be between 1 and 65535, inclusive',
      ],
    ],
    ['an empty list of protocols', ports(), ['spec.ingress[0].protocols: Invalid value: should have at least 1 item']],
    [
      'more than 25 rules',
      { egress: Array.from({ length: 26 }, () => ({ action: 'Deny', to: [{ nodes: {} }] })) },
      ['spec.egress: Too many: 26: must have at most 25 items'],
    ],
    ['an unknown key', { podSelector: {} }, ['spec.podSelector: unknown field "podSelector"']],
  ])('refuses %s', (_what, change, expected) => {
    expect(messages(change)).toEqual(expected)
    expect(parsed(change).policy).toBeUndefined()
  })
  it('refuses a policy without a name', () => {
    expect(parsed({}, {}).problems).toMatchObject([{ message: 'ClusterNetworkPolicy: metadata.name: Required value' }])
    expect(messages({}, { name: 'Guard' })[0]).toContain('Invalid value: "Guard"')
  })
  it('warns of domain names in a rule that denies', () => {
    const { policy, problems } = parsed({ egress: [{ action: 'Deny', to: [{ domainNames: ['example.com'] }] }] })
    expect([problems.map(({ severity }) => severity), policy?.egress.length]).toEqual([['warning'], 1])
  })
  it('never throws, and is silent only about what it reads', () => {
    const key = fc.constantFrom(
      'tier',
      'subject',
      'ingress',
      'egress',
      'from',
      'to',
      'pods',
      'networks',
      'protocols',
      'tcp',
      'range',
    )
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 6 },
        fc.anything(),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(key, tie('tree'), { maxKeys: 4 }),
      ),
    }))
    fc.assert(
      fc.property(tree, tree, (ingress, subject) => {
        const { policy, problems } = parsed({ ingress: [ingress], subject })
        expect(policy !== undefined || problems.length > 0).toBe(true)
      }),
    )
  })
})
