import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compile } from '../../../policy/engine/compile.ts'
import type { PathChange } from '../../../policy/engine/difference.ts'
import { withEdits } from '../../../policy/engine/edits.ts'
import { type Fix, type FixOptions, fixesOf } from '../../../policy/engine/fix.ts'
import type { PolicyPod, PolicyWorld } from '../../../policy/engine/world.ts'
import { parsePolicy } from '../../../policy/parse.ts'
import { manifestOf } from '../../../policy/write.ts'
import { mayPass, type OraclePod } from './oracle.ts'
import { systemOf } from './random-system.ts'
import { randomWorld } from './random-world.ts'
import { namespace, netpol, pod, town } from './town.ts'

const denyAll = netpol('x/deny', { podSelector: {}, policyTypes: ['Ingress'] })

/** The fixes of `y/a > x/a:80`. */
function fixes(question: string, world: PolicyWorld, options: FixOptions = {}): Fix[] {
  const [, from = '', to = '', port] = /^(.+?) > (.+?):(\d+)$/.exec(question) ?? []
  const queryEnd = (name: string) => {
    const [space = '', own = ''] = name.split('/')
    return own === ''
      ? { kind: 'address' as const, address: name }
      : { kind: 'pod' as const, namespace: space, name: own }
  }
  const query = { from: queryEnd(from), to: queryEnd(to), port: Number(port), protocol: 'TCP' as const }
  return fixesOf([query], compile(world), { outside: '198.51.100.1', ...options })
}

const what = (fix: Fix | undefined) => fix?.edits.map((edit) => edit.what)
const told = (changes: readonly PathChange[]) =>
  changes.map(({ from, to, port, protocol }) => `${from.names.join()} > ${to.names.join()}:${port}/${protocol}`)

describe('a fix of a denied path', () => {
  it('adds a policy of its own where an isolating one has no rules', () => {
    const [best] = fixes('y/a > x/a:80', town([denyAll]))
    expect(what(best)).toEqual(['add NetworkPolicy x/allow-a-to-a: port 80/TCP from y/a'])
    expect(best?.edits[0]).toMatchObject({
      policy: {
        podSelector: { matchLabels: { pod: 'a' } },
        ingress: [
          {
            peers: [
              {
                namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'y' } },
                podSelector: { matchLabels: { pod: 'a' } },
              },
            ],
            ports: [{ protocol: 'TCP', port: 80 }],
          },
        ],
      },
    })
    expect([best?.opens, best?.closes]).toEqual([[], []])
  })

  it('adds the port to the rule that misses by its port alone', () => {
    const policy = netpol('x/web', {
      podSelector: { matchLabels: { pod: 'a' } },
      ingress: [{ from: [{ podSelector: { matchLabels: { pod: 'b' } } }], ports: [{ port: 8080 }] }],
    })
    expect(what(fixes('x/b > x/a:80', town([policy]))[0])).toEqual(['add port 80/TCP to x/web ingress[0]'])
  })

  it('adds the peer to the rule that misses by its peer alone, and offers the label that would do', () => {
    const policy = netpol('x/web', {
      podSelector: { matchLabels: { pod: 'a' } },
      ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: 'red' } } }], ports: [{ port: 80 }] }],
    })
    const found = fixes('y/a > x/a:80', town([policy]))
    expect(what(found[0])).toEqual(['add y/a to the peers of x/web ingress[0]'])
    const label = found.find(({ edits }) => edits[0]?.kind === 'label namespace')
    expect(what(label)).toEqual(['label namespace y team=red, which x/web ingress[0] asks for'])
    expect(told(label?.opens ?? [])).toEqual([
      'y/b > x/a:80/TCP',
      'y/c > x/a:80/TCP',
      'any pod of namespace y > x/a:80/TCP',
    ])
  })

  it('gives a pod labels, and no ports that go with them', () => {
    const policy = netpol('x/web', {
      podSelector: { matchLabels: { pod: 'a' } },
      ingress: [{ from: [{ podSelector: { matchLabels: { role: 'ui' } } }], ports: [{ port: 80 }] }],
    })
    const listening = ({ labels, ports }: PolicyPod) =>
      labels['role'] === 'ui' ? [...ports, { port: 9000, protocol: 'TCP' as const }] : ports
    const found = fixes('x/b > x/a:80', town([policy]), { listening })
    const label = found.find(({ edits }) => edits[0]?.kind === 'label pods')
    expect(what(label)).toEqual(['label x/b role=ui, which x/web ingress[0] asks for'])
    expect(told(label?.opens ?? [])).toEqual([])
  })

  it('changes both sides where both deny', () => {
    const egress = netpol('y/shut', { podSelector: {}, policyTypes: ['Egress'] })
    const [best] = fixes('y/a > x/a:80', town([denyAll, egress]))
    expect(what(best)).toHaveLength(2)
    expect([best?.opens, best?.closes]).toEqual([[], []])
  })

  it('tells what else a wider rule opens, and offers it after the narrow ones', () => {
    const policy = netpol('x/web', {
      podSelector: {},
      ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 8080 }] }],
    })
    const found = fixes('x/b > x/a:80', town([policy]))
    expect(what(found[0])?.[0]).toContain('add NetworkPolicy')
    const wide = found.find((fix) => what(fix)?.[0] === 'add port 80/TCP to x/web ingress[0]')
    const opened = told(wide?.opens ?? []).toSorted()
    expect(opened.filter((each) => !each.includes('any'))).toEqual(
      ['a > x/b', 'a > x/c', 'b > x/c', 'c > x/a', 'c > x/b'].map((text) => `x/${text}:80/TCP`),
    )
    expect(opened).toContain('any pod of namespace x > any pod of namespace x:80/TCP')
  })

  it('adds no peer to a rule without ports where a rule of its own does, even if the egress of the source hides what that opens', () => {
    const quiet = netpol('y/quiet', { podSelector: {}, policyTypes: ['Egress'] })
    const policy = netpol('x/web', {
      podSelector: { matchLabels: { pod: 'a' } },
      ingress: [{ from: [{ podSelector: { matchLabels: { pod: 'b' } } }] }],
    })
    expect(what(fixes('y/a > x/a:80', town([policy, quiet]))[0])?.join()).not.toContain('to the peers of')
  })

  it('lists pods that could exist in the namespace of a policy that selects all of it', () => {
    const policy = netpol('x/web', {
      podSelector: {},
      ingress: [{ from: [{ namespaceSelector: { matchLabels: { ns: 'y' } } }], ports: [{ port: 8080 }] }],
    })
    const found = fixes('y/a > x/a:80', town([policy]))
    const wide = found.find((fix) => what(fix)?.[0] === 'add port 80/TCP to x/web ingress[0]')
    expect(told(wide?.opens ?? [])).toContain('y/b > any pod of namespace x:80/TCP')
  })

  it('admits an address outside the cluster by its ipBlock', () => {
    const [best] = fixes('192.0.2.7 > x/a:80', town([denyAll]))
    expect(best?.edits[0]).toMatchObject({ policy: { ingress: [{ peers: [{ ipBlock: { cidr: '192.0.2.7/32' } }] }] } })
  })

  it('names no label that a rollout changes', () => {
    const labels = { app: 'ui', 'pod-template-hash': 'abc' }
    const pods = [pod('x/a'), pod('y/b', { labels }), pod('y/c', { labels: { app: 'ui', 'pod-template-hash': 'def' } })]
    const [best] = fixes('y/b > x/a:80', town([denyAll], { pods }))
    expect(best?.edits[0]).toMatchObject({
      policy: { ingress: [{ peers: [{ podSelector: { matchLabels: { app: 'ui' } } }] }] },
    })
  })

  it('takes a name that is not taken', () => {
    const taken = netpol('x/allow-a-to-a', { podSelector: { matchLabels: { pod: 'c' } } })
    expect(what(fixes('y/a > x/a:80', town([denyAll, taken]))[0])?.[0]).toContain('x/allow-a-to-a-2')
  })

  it('does not exist for what is undefined, or for what another tier denies', () => {
    const cluster = {
      ...({ name: 'shut', tier: 'Admin', priority: 1, egress: [] } as const),
      subject: { namespaceSelector: {}, podSelector: {} },
      ingress: [
        { action: 'Deny', peers: [{ kind: 'pods', namespaceSelector: {}, podSelector: {} }], ports: [] },
      ] as const,
    }
    expect(fixes('y/a > x/a:80', town([], { clusterPolicies: [cluster] }))).toEqual([])
    expect(fixes('x/a > 172.18.0.2:80', town([netpol('x/out', { podSelector: {}, policyTypes: ['Egress'] })]))).toEqual(
      [],
    )
  })
})

describe('a fix of an allowed path', () => {
  it('isolates a pod for this path alone, and says that the world outside loses the port', () => {
    const [best] = fixes('y/a > x/a:80', town([]))
    expect(told(best?.closes ?? []).filter((each) => !each.startsWith('198.'))).toEqual([])
    expect(best?.opens).toEqual([])
    expect(best?.verdict).toBe('deny')
  })

  it('narrows every rule that admits it', () => {
    const open = netpol('x/open', { podSelector: {}, ingress: [{}] })
    const web = netpol('x/web', { podSelector: {}, ingress: [{ ports: [{ port: 80 }] }] })
    const narrowed = fixes('y/a > x/a:80', town([open, web])).find(({ edits }) => edits.length === 2)
    expect(what(narrowed)).toEqual([
      'narrow x/open ingress[0]: all but y/a to x/a on port 80/TCP',
      'narrow x/web ingress[0]: all but y/a to x/a on port 80/TCP',
    ])
    expect(
      told(narrowed?.closes ?? [])
        .filter((each) => !each.startsWith('198.'))
        .toSorted(),
    ).toEqual(['y/a > any pod of namespace x:80/TCP', 'y/a > x/b:80/TCP', 'y/a > x/c:80/TCP'])
  })

  it('drops a rule that meant nobody else', () => {
    const only = netpol('x/only', {
      podSelector: { matchLabels: { pod: 'a' } },
      ingress: [{ from: [{ podSelector: { matchLabels: { pod: 'b' } } }], ports: [{ port: 80 }] }],
    })
    const narrowed = fixes('x/b > x/a:80', town([only])).find(({ edits }) => edits[0]?.kind === 'change policy')
    expect(narrowed?.edits[0]).toMatchObject({ after: { ingress: [] } })
  })
})

/** What the oracle says of all paths between pods. */
function oracleCells({ pods, policies, namespaces }: PolicyWorld): Map<string, boolean> {
  const ends = pods.map((each) => ({ ...each, address: each.addresses[0] })) as unknown as OraclePod[]
  const spaces = Object.fromEntries(
    namespaces.map(({ name, labels }) => [name, { ...labels, 'kubernetes.io/metadata.name': name }]),
  )
  const system = { policies: policies.map(manifestOf), spaces }
  const cells = ends.flatMap((from) =>
    ends.flatMap((to) =>
      [80, 53].flatMap((port) =>
        (['TCP', 'UDP'] as const).map((protocol): [string, boolean] => [
          `${from.namespace}/${from.name} > ${to.namespace}/${to.name}:${port}/${protocol}`,
          mayPass({ from, to, port, protocol }, system),
        ]),
      ),
    ),
  )
  return new Map(cells)
}

it('every fix on random worlds flips its path by the oracle too, and opens and closes no more than it says', () => {
  fc.assert(
    fc.property(randomWorld, fc.nat(), fc.nat(), (random, a, b) => {
      const { world } = systemOf(random)
      const [from, to] = [world.pods[a % world.pods.length]!, world.pods[b % world.pods.length]!]
      fc.pre(from !== to)
      const listening = [80, 53].flatMap((port) => (['TCP', 'UDP'] as const).map((protocol) => ({ port, protocol })))
      const query = { from: { kind: 'pod', ...from }, to: { kind: 'pod', ...to }, port: 80, protocol: 'TCP' } as const
      const before = oracleCells(world)
      const replicas = replicasOf(from, to, world)
      const own = `${from.namespace}/${from.name} > ${to.namespace}/${to.name}:80/TCP`
      for (const fix of fixesOf([query], compile(world), { listening: () => listening })) {
        const after = oracleCells(withEdits(world, fix.edits))
        expect(after.get(own)).toBe(!before.get(own))
        const changed = (is: boolean) => [...after].filter(([name, open]) => open === is && before.get(name) !== is)
        expect(
          changed(true)
            .map(([name]) => name)
            .filter((name) => !isReported(name, fix.opens, replicas)),
        ).toEqual([])
        expect(
          changed(false)
            .map(([name]) => name)
            .filter((name) => !isReported(name, fix.closes, replicas)),
        ).toEqual([])
      }
    }),
    { numRuns: Number(process.env.CROSSCHECK_WORLDS ?? 150) },
  )
})

function isReported(name: string, changes: readonly PathChange[], replicas: ReadonlySet<string>): boolean {
  const [, from = '', to = '', port, protocol] = /^(\S+) > (\S+):(\d+)\/(\w+)$/.exec(name) ?? []
  const isListed = (change: PathChange) =>
    change.from.names.includes(from) &&
    change.to.names.includes(to) &&
    change.protocol === protocol &&
    change.port <= Number(port) &&
    Number(port) <= (change.last ?? change.port)
  return changes.some(isListed) || replicas.has(name)
}

/** The path asked about, from and to any pods that have the same namespace, labels and ports. */
function replicasOf(from: PolicyPod, to: PolicyPod, { pods }: PolicyWorld): Set<string> {
  const alike = ({ namespace: space, labels, ports }: PolicyPod) => {
    const keyOf = (of: Pick<PolicyPod, 'namespace' | 'labels' | 'ports'>) =>
      JSON.stringify([
        of.namespace,
        Object.entries(of.labels)
          .map(([key, value]) => `${key}=${value}`)
          .toSorted(),
        of.ports.map((port) => JSON.stringify(port)).toSorted(),
      ])
    const key = keyOf({ namespace: space, labels, ports })
    const same = pods.filter((each) => keyOf(each) === key)
    return same.map((each) => `${each.namespace}/${each.name}`)
  }
  return new Set(alike(from).flatMap((source) => alike(to).map((target) => `${source} > ${target}:80/TCP`)))
}

it('a policy is written as a manifest that is read as the same policy', () => {
  fc.assert(
    fc.property(randomWorld, (random) => {
      for (const policy of systemOf(random).world.policies) {
        const { policy: again } = parsePolicy(manifestOf(policy), () => undefined)
        const { place: _, ...same } = again ?? {}
        const { place: __, ...own } = policy
        expect(same).toEqual(own)
      }
    }),
    { numRuns: 50 },
  )
})

it('labels of namespaces that were not given are not changed', () => {
  const policy = netpol('x/web', {
    podSelector: {},
    ingress: [{ from: [{ namespaceSelector: { matchLabels: { a: 'b' } } }] }],
  })
  const world = town([policy], { namespaces: [namespace('x'), namespace('y', {}, false), namespace('z')] })
  const found = fixes('y/a > x/a:80', world)
  expect(found.flatMap(({ edits }) => edits.map(({ kind }) => kind))).not.toContain('label namespace')
})
