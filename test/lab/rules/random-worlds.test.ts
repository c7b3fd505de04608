import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Pod, Service } from '../../../fabric/world.ts'
import { policyRuleset } from '../../../lab/rules/policies.ts'
import { serviceRuleset } from '../../../lab/rules/services.ts'
import type { NetworkPolicy, PolicyPeer, PolicyPort, PolicyRule } from '../../../policy/types.ts'
import * as worlds from '../worlds.ts'
import { load } from './kernel.ts'

const namespace = fc.constantFrom('x', 'y', 'z')
const value = fc.constantFrom('a', 'b', 'c')
const selector = fc.oneof(
  fc.constant({}),
  value.map((pod) => ({ matchLabels: { pod } })),
  fc
    .constantFrom('In' as const, 'NotIn' as const)
    .chain((operator) =>
      fc
        .array(value, { minLength: 1, maxLength: 2 })
        .map((values) => ({ matchExpressions: [{ key: 'pod', operator, values }] })),
    ),
)
const protocol = fc.constantFrom('TCP' as const, 'UDP' as const, 'SCTP' as const)
const number = fc.integer({ min: 1, max: 65_535 })
const cidr = fc.constantFrom(
  '0.0.0.0/0',
  '10.1.0.0/16',
  '10.1.0.7/32',
  '10.1.0.1/30',
  '::/0',
  'fd00::/64',
  'fd00::3/128',
  '::ffff:10.1.0.0/120',
)
const except = fc.subarray(['10.1.0.4/31', '10.1.0.5/32', '10.1.0.0/24', 'fd00::4/126', 'fd00::/112'])
const peer: fc.Arbitrary<PolicyPeer> = fc.oneof(
  fc.record({ podSelector: selector }),
  fc.record({ namespaceSelector: fc.constant({}), podSelector: selector }),
  fc.record({ ipBlock: fc.record({ cidr, except }) }),
)
const port: fc.Arbitrary<PolicyPort> = fc.oneof(
  fc.record({ protocol }),
  fc.record({ protocol, port: number }),
  fc.record({ protocol, port: number, endPort: fc.constant(65_535) }),
  fc.record({ protocol, port: fc.constantFrom('http', 'dns', 'none') }),
)
const rule: fc.Arbitrary<PolicyRule> = fc.record({
  peers: fc.array(peer, { maxLength: 3 }),
  ports: fc.array(port, { maxLength: 3 }),
})
const policies: fc.Arbitrary<readonly NetworkPolicy[]> = fc
  .array(
    fc.record({
      namespace,
      podSelector: selector,
      policyTypes: fc.subarray(['ingress' as const, 'egress' as const]),
      ingress: fc.array(rule, { maxLength: 3 }),
      egress: fc.array(rule, { maxLength: 3 }),
    }),
    { maxLength: 6 },
  )
  .map((list) => list.map((each, index) => ({ ...each, name: `p${String(index)}` })))
const containerPorts = fc.array(fc.record({ name: fc.constantFrom('http', 'dns'), protocol, port: number }), {
  maxLength: 3,
})
const pods: fc.Arbitrary<readonly Pod[]> = fc
  .array(fc.record({ namespace, app: value, ports: containerPorts, hostNetwork: fc.boolean(), ready: fc.boolean() }), {
    maxLength: 8,
  })
  .map((list) =>
    list.map(({ namespace: own, app, ...more }, index) => {
      const addresses = more.hostNetwork
        ? ['172.18.0.2', 'fd18::2']
        : [`10.1.0.${String(index)}`, `fd00::${String(index)}`]
      return worlds.pod(`${own}/p${String(index)}`, addresses.slice(index % 2), { ...more, labels: { pod: app } })
    }),
  )
const traffic = fc.constantFrom('Cluster' as const, 'Local' as const)
const services: fc.Arbitrary<readonly Service[]> = fc
  .array(
    fc.record({
      namespace,
      app: value,
      internalTrafficPolicy: traffic,
      externalTrafficPolicy: traffic,
      headless: fc.boolean(),
      ports: fc.uniqueArray(
        fc.record({
          port: fc.constantFrom(53, 80),
          protocol,
          targetPort: fc.oneof(number, fc.constant('http')),
          nodePort: fc.constantFrom(30_000, 30_001),
        }),
        { selector: ({ port: own, protocol: its }) => `${String(own)} ${its}`, maxLength: 3 },
      ),
    }),
    { maxLength: 4 },
  )
  .map((list) =>
    list.map(({ namespace: own, app, headless, ...more }, index) => {
      const clusterIPs = headless ? [] : [`10.96.0.${String(index)}`, `fd96::${String(index)}`]
      const externalIPs = headless ? [] : ['198.51.100.1']
      return worlds.service(`${own}/s${String(index)}`, clusterIPs, {
        ...more,
        headless,
        externalIPs,
        selector: { pod: app },
      })
    }),
  )
const settings = fc.record({
  enforcement: fc.constant('enforced' as const),
  deny: fc.constantFrom('drop' as const, 'reject' as const, 'refuse' as const),
  leaks: fc.constantFrom([], [{ pod: 'x/p0', every: 1, of: 3 }]),
  unknownPeers: fc.constantFrom(new Set<string>(), new Set(['10.1.0.2', 'fd00::2'])),
})

test('the kernel takes the rules of any world, twice over', () => {
  fc.assert(
    fc.property(fc.record({ pods, policies, services }), settings, (objects, chosen) => {
      const world = worlds.world(objects)
      const text = policyRuleset({ world, links: worlds.linksOf(world), settings: chosen })
      expect(load([text, serviceRuleset({ world, node: 'n1' }), text])).toContain('chain received')
    }),
    { numRuns: 30 },
  )
})
