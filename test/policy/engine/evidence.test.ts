import { describe, expect, it } from 'vitest'
import type { Side } from '../../../policy/engine/prediction.ts'
import { namespace, netpol, pod, prediction, town } from './town.ts'

const toA = { podSelector: { matchLabels: { pod: 'a' } } }
const rule = (from: unknown[], ports: unknown[] = []) => netpol('x/p', { ...toA, ingress: [{ from, ports }] })
const sentences = ({ tiers }: Side) =>
  tiers.flatMap(({ policies }) =>
    policies.flatMap(({ rules }) => rules.flatMap(({ failed }) => failed.map((each) => each.sentence))),
  )
/** What the one rule of x/p misses of a question. */
const missed = (question: string, from: unknown[], ports: unknown[] = [], change = {}) =>
  sentences(prediction(question, town([rule(from, ports)], change)).ingress)
const selects = (...matchExpressions: unknown[]) => ({ podSelector: { matchExpressions } })

describe('failed conditions', () => {
  it('name the label of a pod, what was expected and what is there', () => {
    const peer = { podSelector: { matchLabels: { tier: 'api', pod: 'b' } } }
    expect(missed('x/c > x/a', [peer])).toEqual([
      'label `tier` expected `api`, got none',
      'label `pod` expected `b`, got `c`',
    ])
    expect(missed('x/c > x/a', [selects({ key: 'pod', operator: 'In', values: ['a', 'b'] })])).toEqual([
      'label `pod` expected one of `a`, `b`, got `c`',
    ])
    expect(missed('x/c > x/a', [selects({ key: 'pod', operator: 'NotIn', values: ['c'] })])).toEqual([
      'label `pod` expected not `c`, got `c`',
    ])
    expect(
      missed('x/c > x/a', [selects({ key: 't', operator: 'Exists' }, { key: 'pod', operator: 'DoesNotExist' })]),
    ).toEqual(['label `t` expected, got none', 'label `pod` expected absent, got `c`'])
  })
  it('name the label of a namespace, and the namespace that a podSelector alone is bound to', () => {
    const peer = { namespaceSelector: { matchLabels: { name: 'ingress-nginx' } } }
    const namespaces = [namespace('x'), namespace('ingress-nginx', {})]
    const pods = [pod('x/a'), pod('ingress-nginx/c', { addresses: ['10.9.0.1'] })]
    expect(missed('ingress-nginx/c > x/a', [peer], [], { namespaces, pods })).toEqual([
      'namespace labelled name=ingress-nginx expected; ingress-nginx has no label `name`',
    ])
    expect(missed('y/c > x/a', [{ namespaceSelector: { matchLabels: { ns: 'z' } } }])).toEqual([
      'namespace labelled ns=z expected; y has ns=y',
    ])
    expect(missed('y/c > x/a', [{ podSelector: {} }])).toEqual([
      "namespace `x` expected (a podSelector alone means the policy's own), got `y`",
    ])
  })
  it('name ports and protocols', () => {
    expect(missed('y/c > x/a:5000', [], [{ port: 4000 }])).toEqual(['admits port 4000, asked 5000'])
    expect(missed('y/c > x/a:5000', [], [{ port: 4000, endPort: 4010 }])).toEqual([
      'admits ports 4000 to 4010, asked 5000',
    ])
    expect(missed('y/c > x/a:53/UDP', [], [{ port: 53 }])).toEqual(['admits TCP, asked UDP'])
    expect(missed('y/c > x/a:53/UDP', [], [{ port: 54 }])).toEqual([
      'admits TCP, asked UDP',
      'admits port 54, asked 53',
    ])
    expect(missed('y/c > x/a:81', [], [{ port: 'web' }])).toEqual(['admits port `web`, which is 80 on x/a, asked 81'])
    expect(missed('y/c > x/a:53', [], [{ port: 'dns' }])).toEqual([
      'admits TCP port `dns`, which x/a declares as UDP 53',
    ])
    expect(missed('y/c > x/a:80', [], [{ port: 'nope' }])).toEqual([
      'admits TCP port `nope`, which x/a does not declare',
    ])
    expect(missed('y/c > x/a:53/TCP', [], [{ port: 'dns', protocol: 'UDP' }])).toEqual(['admits UDP, asked TCP'])
  })
  it('name the address, and the exception that it falls in', () => {
    const block = { ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }
    expect(missed('8.8.8.8 > x/a', [block])).toEqual(['address expected in 10.0.0.0/8, got 8.8.8.8'])
    expect(missed('10.1.2.3 > x/a', [block])).toEqual(['10.1.2.3 is in 10.1.0.0/16, which is excepted from 10.0.0.0/8'])
    expect(sentences(prediction('y/c > x/a', town([rule([block])]), { ipBlockMatchesPods: false }).ingress)).toEqual([
      'ipBlock 10.0.0.0/8 does not match pods here (docs/semantics.md#rule-31), and y/c is one',
    ])
  })
  it('say of what is no pod what it is', () => {
    expect(missed('8.8.8.8 > x/a', [{ podSelector: {} }])).toEqual(['means pods; 8.8.8.8 is outside the cluster'])
    expect(missed('169.254.20.10 > x/a', [{ podSelector: {} }])).toEqual(['means pods; 169.254.20.10 is no pod'])
    expect(missed('node:n1 > x/a', [{ podSelector: {} }])).toEqual(['means pods; node n1 is no pod'])
    const pods = [pod('x/a'), pod('x/c', { hostNetwork: true, addresses: ['172.18.0.3'] })]
    expect(missed('x/c > x/a', [{ podSelector: {} }], [], { pods })).toEqual([
      "means pods; x/c is on the host's network and counts as node n1 (docs/semantics.md#rule-50)",
    ])
  })
})

describe('the evidence of a side', () => {
  it('holds every policy that selects the pod with every rule, each peer and each port', () => {
    const policies = [
      rule([{ podSelector: {} }, { ipBlock: { cidr: '8.0.0.0/8' } }], [{ port: 81 }, { port: 80 }]),
      netpol('x/q', toA),
      netpol('x/other', { podSelector: { matchLabels: { pod: 'b' } } }),
    ]
    const { ingress, egress } = prediction('8.8.8.8 > x/a', town(policies))
    expect(egress).toEqual({
      direction: 'egress',
      subject: '8.8.8.8',
      isolated: false,
      allowed: true,
      by: 'external',
      tiers: [],
    })
    expect(ingress).toMatchObject({
      direction: 'ingress',
      subject: 'x/a',
      isolated: true,
      allowed: true,
      by: 'NetworkPolicy',
    })
    expect(ingress.tiers).toMatchObject([{ tier: 'NetworkPolicy', answer: 'accept' }])
    const [p, q, ...rest] = ingress.tiers[0]!.policies
    expect([p?.policy, q?.policy, rest]).toEqual([
      { kind: 'NetworkPolicy', name: 'x/p' },
      { kind: 'NetworkPolicy', name: 'x/q' },
      [],
    ])
    expect(q?.rules).toEqual([])
    expect(p?.rules).toMatchObject([
      {
        path: 'ingress[0]',
        matched: true,
        failed: [],
        peers: [
          { index: 0, matched: false },
          { index: 1, matched: true, failed: [] },
        ],
        ports: [{ matched: false }, { matched: true }],
      },
    ])
  })
  it('says why no policy is asked', () => {
    const world = town([netpol('x/p', { podSelector: {} })])
    expect(prediction('node:n0 > x/a', world).ingress).toMatchObject({ allowed: true, by: 'own node', isolated: true })
    expect(prediction('node:n0 > x/a', world).egress).toMatchObject({ allowed: true, by: 'host', subject: 'node n0' })
    expect(prediction('x/a > x/a', world).ingress).toMatchObject({ allowed: true, by: 'loopback' })
    expect(prediction('y/a > y/b', world).ingress).toMatchObject({
      allowed: true,
      by: 'default',
      isolated: false,
      tiers: [],
    })
  })
  it('names as nearest miss the rule with the fewest failed conditions, of equal ones that whose peers match, or that names the port', () => {
    const twoWrong = { from: [{ podSelector: { matchLabels: { pod: 'b', t: '1' } } }] }
    const onePeer = { from: [{ podSelector: { matchLabels: { pod: 'b' } } }] }
    const onePort = { from: [{ podSelector: { matchLabels: { pod: 'c' } } }], ports: [{ port: 81 }] }
    const miss = (...ingress: unknown[]) =>
      prediction('x/c > x/a', town([netpol('x/p', { ...toA, ingress })])).ingress.nearestMiss
    expect(miss(twoWrong, onePeer)).toMatchObject({
      path: 'ingress[1]',
      policy: { name: 'x/p' },
      failed: [{ on: 'pod label', key: 'pod' }],
    })
    expect(miss(twoWrong, onePeer, onePort)?.path).toBe('ingress[2]')
    const portNamed = { ...onePeer, ports: [{ port: 80 }] }
    expect(miss(onePeer, portNamed)?.path).toBe('ingress[1]')
    expect(miss(portNamed, onePeer)?.path).toBe('ingress[0]')
    expect(miss(portNamed, onePort)?.path).toBe('ingress[1]')
    expect(miss()).toBeUndefined()
  })
  it('carries the place of a policy', () => {
    const place = { file: 'p.yaml', line: 3, column: 1 }
    expect(prediction('x/c > x/a', town([{ ...rule([]), place }])).ingress.tiers[0]?.policies[0]?.policy.place).toEqual(
      place,
    )
  })
})

describe('policies of other kinds', () => {
  const object = (apiVersion: string, kind: string, space: string) => ({
    apiVersion,
    kind,
    namespace: space,
    name: 'o',
  })
  const overriders = (question: string, ...notSimulated: ReturnType<typeof object>[]) =>
    prediction(question, town([], { notSimulated })).mayBeOverridden.map(({ kind }) => kind)
  it('may override the answer where they stand, or everywhere if they are of the cluster', () => {
    const cilium = object('cilium.io/v2', 'CiliumNetworkPolicy', 'y')
    expect(overriders('x/a > y/a', cilium)).toEqual(['CiliumNetworkPolicy'])
    expect(overriders('y/a > 8.8.8.8', cilium)).toEqual(['CiliumNetworkPolicy'])
    expect(overriders('x/a > z/a', cilium)).toEqual([])
    expect(overriders('x/a > z/a', object('cilium.io/v2', 'CiliumNetworkPolicy', ''))).toEqual(['CiliumNetworkPolicy'])
    const wide = [
      'CiliumClusterwideNetworkPolicy',
      'GlobalNetworkPolicy',
      'AdminNetworkPolicy',
      'BaselineAdminNetworkPolicy',
      'ClusterNetworkPolicy',
    ]
    for (const kind of wide) expect(overriders('x/a > z/a', object('example/v1', kind, 'default'))).toEqual([kind])
  })
  it('are those of plugins and meshes, not other objects', () => {
    expect(overriders('x/a > x/b', object('projectcalico.org/v3', 'NetworkPolicy', 'x'))).toEqual(['NetworkPolicy'])
    expect(overriders('x/a > x/b', object('security.istio.io/v1', 'AuthorizationPolicy', 'x'))).toEqual([
      'AuthorizationPolicy',
    ])
    expect(overriders('x/a > x/b', object('networking.k8s.io/v1', 'NetworkPolicy', 'x'))).toEqual([])
    expect(overriders('x/a > x/b', object('projectcalico.org/v3', 'StagedNetworkPolicy', 'x'))).toEqual([])
    expect(overriders('x/a > x/b', object('networking.k8s.io/v1', 'Ingress', 'x'))).toEqual([])
  })
})
