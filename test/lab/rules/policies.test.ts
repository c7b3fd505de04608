import { describe, expect, test } from 'vitest'
import type { World } from '../../../fabric/world.ts'
import { type PolicySettings, policyRuleset } from '../../../lab/rules/policies.ts'
import { linksOf, pod, policy, rule, world } from '../worlds.ts'
import { load } from './kernel.ts'

const enforced: PolicySettings = { enforcement: 'enforced', deny: 'drop' }

const compile = (of: World, settings: PolicySettings = enforced): string =>
  policyRuleset({ world: of, links: linksOf(of), settings })

/** Lines of a chain, trimmed; a set's elements where a line refers to it. */
function chain(text: string, name: string): readonly string[] {
  const body = new RegExp(` chain ${name} \\{\\n(.*?)\\n }`, 's').exec(text)?.[1]
  if (body === undefined) throw new Error(`no chain ${name} in\n${text}`)
  return body.split('\n').map((line) => line.trim().replaceAll(/@set_\d+/g, (set) => elements(text, set.slice(1))))
}

function elements(text: string, set: string): string {
  const body = new RegExp(` set ${set} \\{.*?elements = \\{(.*?)\\}`, 's').exec(text)?.[1] ?? ''
  return `{${body.trim().split(/,\s*/).join(', ')}}`
}

const two = [pod('x/a', ['10.1.0.1']), pod('x/b', ['10.1.0.2']), pod('y/a', ['10.1.0.3'])]

describe('policyRuleset', () => {
  test('rule 4: a pod that no policy selects has no chain', () => {
    const text = compile(
      world({ pods: two, policies: [policy('x/deny', { podSelector: { matchLabels: { pod: 'a' } } })] }),
    )
    expect(text).toContain('"p0" : jump ingress_0')
    expect(text).not.toContain('"p1" :')
    expect(text).not.toContain('"p2" :')
    expect(text).not.toContain(': jump egress')
  })

  test('rules 12 and 13: no rule denies everything, an empty rule admits everything, each counted under its name', () => {
    const denied = compile(world({ pods: two, policies: [policy('x/p')] }))
    expect(chain(denied, 'ingress_0')).toEqual(['counter drop comment "denied ingress"'])
    const open = compile(world({ pods: two, policies: [policy('x/p', { ingress: [rule()] })] }))
    expect(chain(open, 'ingress_0')[0]).toBe('counter accept comment "x/p ingress[0]"')
  })

  test('rules 17 to 20: a pod selector stays in its namespace unless a namespace selector stands beside it', () => {
    const same = { matchLabels: { pod: 'a' } }
    const ingress = [
      rule({ peers: [{ podSelector: same }] }),
      rule({ peers: [{ namespaceSelector: {}, podSelector: same }] }),
      rule({
        peers: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'y' } } }, { podSelector: {} }],
      }),
    ]
    expect(chain(compile(world({ pods: two, policies: [policy('x/p', { ingress })] })), 'ingress_0')).toEqual([
      'ip saddr {10.1.0.1} counter accept comment "x/p ingress[0]"',
      'ip saddr {10.1.0.1, 10.1.0.3} counter accept comment "x/p ingress[1]"',
      'ip saddr {10.1.0.3, 10.1.0.1, 10.1.0.2} counter accept comment "x/p ingress[2]"',
      'counter drop comment "denied ingress"',
    ])
  })

  test('rules 30, 34 and 35: an ipBlock is masked, less its exceptions, for its own family', () => {
    const peers = [
      { ipBlock: { cidr: '192.168.0.9/24', except: ['192.168.0.64/26', '192.168.0.128/25'] } },
      { ipBlock: { cidr: '192.168.0.65/32' } },
      { ipBlock: { cidr: 'fd00::/16', except: ['fd00::/17'] } },
    ]
    const lines = chain(
      compile(world({ pods: two, policies: [policy('x/p', { ingress: [rule({ peers })] })] })),
      'ingress_0',
    )
    expect(lines.slice(0, 2)).toEqual([
      'ip saddr {192.168.0.0-192.168.0.63, 192.168.0.65} counter accept comment "x/p ingress[0]"',
      'ip6 saddr {fd00:8000:0000:0000:0000:0000:0000:0000-fd00:ffff:ffff:ffff:ffff:ffff:ffff:ffff} counter accept comment "x/p ingress[0]"',
    ])
  })

  test('rules 36 to 40: ports without protocol are TCP, a protocol alone is all its ports, ranges that touch are joined', () => {
    const ports = [
      rule({ ports: [{ port: 53 }] }),
      rule({ ports: [{ protocol: 'UDP' }] }),
      rule({ ports: [{ port: 80, endPort: 90 }, { port: 91 }, { port: 85 }] }),
      rule({ ports: [{ port: 80 }, { protocol: 'SCTP', port: 90, endPort: 91 }] }),
    ]
    expect(
      chain(compile(world({ pods: two, policies: [policy('x/p', { ingress: ports })] })), 'ingress_0').slice(0, -1),
    ).toEqual([
      'tcp dport 53 counter accept comment "x/p ingress[0]"',
      'meta l4proto udp counter accept comment "x/p ingress[1]"',
      'tcp dport 80-91 counter accept comment "x/p ingress[2]"',
      'meta l4proto . th dport {sctp . 90-91, tcp . 80} counter accept comment "x/p ingress[3]"',
    ])
  })

  test('rule 41: a named port is each selected pod’s own for ingress, each peer’s own for egress', () => {
    const pods = [8080, 9090].map((port, index) =>
      pod(`x/${index === 0 ? 'a' : 'b'}`, [`10.1.0.${String(index + 1)}`], {
        ports: [{ name: 'http', port, protocol: 'TCP' }],
      }),
    )
    const rules = [rule({ ports: [{ port: 'http' }] })]
    const text = compile(
      world({ pods, policies: [policy('x/p', { policyTypes: ['ingress', 'egress'], ingress: rules, egress: rules })] }),
    )
    expect(chain(text, 'ingress_0')[0]).toBe('tcp dport 8080 counter accept comment "x/p ingress[0]"')
    expect(chain(text, 'ingress_1')[0]).toBe('tcp dport 9090 counter accept comment "x/p ingress[0]"')
    expect(chain(text, 'egress_0')[0]).toBe(
      'ip daddr . meta l4proto . th dport {10.1.0.1 . tcp . 8080, 10.1.0.2 . tcp . 9090} counter accept comment "x/p egress[0]"',
    )
  })

  test('rules 42 to 44: a name of another protocol or towards an ipBlock matches nothing, a name declared twice matches both', () => {
    const ports = [
      { name: 'dns', port: 53, protocol: 'UDP' },
      { name: 'http', port: 80, protocol: 'TCP' },
      { name: 'http', port: 81, protocol: 'TCP' },
    ] as const
    const egress = [
      rule({ ports: [{ port: 'dns' }] }),
      rule({ ports: [{ port: 'http' }], peers: [{ ipBlock: { cidr: '10.1.0.0/16' } }] }),
      rule({ ports: [{ port: 'http' }], peers: [{ podSelector: {} }] }),
    ]
    const text = compile(
      world({
        pods: [pod('x/a', ['10.1.0.1'], { ports })],
        policies: [policy('x/p', { policyTypes: ['egress'], egress })],
      }),
    )
    expect(chain(text, 'egress_0')).toEqual([
      'ip daddr . meta l4proto . th dport {10.1.0.1 . tcp . 80, 10.1.0.1 . tcp . 81} counter accept comment "x/p egress[2]"',
      'counter drop comment "denied egress"',
    ])
  })

  test('rule 50: a hostNetwork pod is neither selected nor a peer', () => {
    const pods = [...two, pod('x/host', ['172.18.0.2'], { hostNetwork: true })]
    const text = policyRuleset({
      world: world({ pods, policies: [policy('x/p', { ingress: [rule({ peers: [{ podSelector: {} }] })] })] }),
      links: new Map([
        ['x/host', 'eth0'],
        ['x/a', 'p0'],
      ]),
      settings: enforced,
    })
    expect(text).not.toContain('172.18.0.2')
    expect(text).not.toContain('"eth0"')
  })

  test('rule 64: every address of a pod is its identity, in sets of their family', () => {
    const pods = [pod('x/a', ['10.1.0.1', 'fd00::1'])]
    const text = compile(
      world({ pods, policies: [policy('x/p', { ingress: [rule({ peers: [{ podSelector: {} }] })] })] }),
    )
    expect(chain(text, 'ingress_0').slice(0, 2)).toEqual([
      'ip saddr {10.1.0.1} counter accept comment "x/p ingress[0]"',
      'ip6 saddr {fd00::1} counter accept comment "x/p ingress[0]"',
    ])
  })

  test('a fresh pod is isolated at once, and no selector knows it as a peer, while an ipBlock does', () => {
    const peers = [{ podSelector: {} }]
    const blocks = [{ ipBlock: { cidr: '10.1.0.1/32' } }]
    const of = world({ pods: two, policies: [policy('x/p', { ingress: [rule({ peers }), rule({ peers: blocks })] })] })
    const text = compile(of, { ...enforced, unknownPeers: new Set(['10.1.0.1']) })
    expect(text).toContain('"p0" : jump ingress_0')
    expect(chain(text, 'ingress_0').slice(0, 2)).toEqual([
      'ip saddr {10.1.0.2} counter accept comment "x/p ingress[0]"',
      'ip saddr {10.1.0.1} counter accept comment "x/p ingress[1]"',
    ])
  })

  test('a leaking pod has a chain of its own, which admits 2 of 3 connections before it denies', () => {
    const of = world({ pods: two, policies: [policy('x/p')] })
    const text = compile(of, { ...enforced, leaks: [{ pod: 'x/a', every: 2, of: 3 }] })
    expect(text).toContain('"p0" : jump ingress_0')
    expect(text).toContain('"p1" : jump ingress_1')
    expect(chain(text, 'ingress_0')).toContain('numgen inc mod 3 < 2 counter accept comment "leak x/a"')
    expect(chain(text, 'ingress_1')).toEqual(['counter drop comment "denied ingress"'])
  })

  test('without enforcement the table is empty', () => {
    const text = compile(world({ pods: two, policies: [policy('x/p')] }), { ...enforced, enforcement: 'none' })
    expect(text).not.toContain('chain')
    expect(load([text])).toContain('table inet crosscheck_policies {\n}')
  })

  test.each([
    ['drop', 'drop'],
    ['reject', 'reject with icmpx admin-prohibited'],
    ['refuse', 'reject with tcp reset'],
  ] as const)('deny: %s ends a chain with "%s"', (deny, answer) => {
    const text = compile(world({ pods: two, policies: [policy('x/p')] }), { ...enforced, deny })
    expect(load([text])).toContain(`${answer} comment "denied ingress"`)
  })

  test('the kernel takes a ruleset in place of the one before', () => {
    const before = world({ pods: two, policies: [policy('x/old')] })
    const after = world({ pods: two, policies: [policy('x/new', { ingress: [rule()] })] })
    const listed = load([compile(before), compile(after)])
    expect(listed).toContain('"x/new ingress[0]"')
    expect(listed.match(/chain ingress_0/g)).toHaveLength(1)
  })

  test('500 pods under 200 policies load without rights, in as many transactions as a socket needs', () => {
    const pods = Array.from({ length: 500 }, (_, index) =>
      pod(
        `ns${String(index % 20)}/p${String(index)}`,
        [`10.1.${String(index >> 8)}.${String(index & 255)}`, `fd00::${index.toString(16)}`],
        {
          labels: { app: `a${String(index % 25)}` },
          ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
        },
      ),
    )
    const policies = Array.from({ length: 200 }, (_, index) =>
      policy(`ns${String(index % 20)}/policy-${String(index)}`, {
        podSelector: index % 3 === 0 ? {} : { matchLabels: { app: `a${String(index % 25)}` } },
        policyTypes: ['ingress', 'egress'],
        ingress: [
          rule({
            peers: [{ namespaceSelector: {}, podSelector: { matchLabels: { app: 'a1' } } }],
            ports: [{ port: 'http' }, { port: 80 }],
          }),
        ],
        egress: [rule({ peers: [{ namespaceSelector: {} }], ports: [{ port: 'http' }] })],
      }),
    )
    const of = world({ pods, policies })
    expect(load([compile(of)]).match(/: jump ingress_\d+/g)).toHaveLength(500)
  })
})
