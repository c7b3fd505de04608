import { beforeAll, describe, expect, it } from 'vitest'
import { objectsOf } from '../../fabric/manifests/read.ts'
import { openLab } from '../../lab/open.ts'
import { hostWith } from '../lab/opening.ts'
import { namespace, pod, policy, service } from './objects.ts'
import { predictHere, type Ran, runIn, runInLab } from './run-in-lab.ts'

const egress = (app: string, to: readonly unknown[]) =>
  policy(`web/${app}`, { podSelector: { matchLabels: { app } }, policyTypes: ['Egress'], egress: to })
const dns = { to: [{ namespaceSelector: {} }], ports: [{ port: 53, protocol: 'UDP' }, { port: 53 }] }
const objects = [
  namespace('web'),
  ...['free', 'shut', 'mute', 'partly'].map((name) => pod(`web/${name}`)),
  egress('shut', [dns]),
  egress('mute', []),
  egress('partly', [dns, { to: [{ ipBlock: { cidr: '93.184.216.0/24' } }] }]),
]
const hosts = ['tcp://api.example.com:443', 'tcp://93.184.216.40:8443', 'udp://[2001:db8:1::7]:123']
const sources = Object.fromEntries(
  ['free', 'shut', 'mute', 'partly'].map((name) => [name, { namespace: 'web', as: `pod/${name}` }]),
)

describe('hosts outside the cluster, which no scenario declares', () => {
  let blocked: { readonly lab: Ran; readonly predicted: Ran }
  let allowed: { readonly lab: Ran; readonly predicted: Ran }

  beforeAll(async () => {
    const run = async (expected: string) => {
      const spec = {
        sources,
        paths: [{ from: Object.keys(sources), to: [...hosts, 'tcp://redis.dta:6379'], expect: expected }],
      }
      return { lab: await runInLab({ objects, spec }), predicted: await predictHere({ objects, spec }) }
    }
    blocked = await run('blocked')
    allowed = await run('allowed')
  })

  it.each(['shut', 'mute'].flatMap((from) => hosts.map((to) => [from, to] as const)))(
    'are blocked from %s to %s, as is predicted, because a stand-in answers there',
    (from, to) => {
      const result = blocked.lab.of(from, to)
      expect(result).toMatchObject({ status: 'pass', seen: 'blocked', predicted: { verdict: 'deny' } })
      expect(result.control.map(({ kind }) => kind)).toContain('stand-in')
      expect(blocked.predicted.of(from, to)).toMatchObject({ status: 'predicted' })
      expect(allowed.lab.of(from, to)).toMatchObject({ status: 'fail', cause: 'policy' })
      expect(allowed.predicted.of(from, to)).toMatchObject({ status: 'fail', cause: 'policy' })
    },
  )

  it.each(hosts)('answer by a stand-in where policies allow it, which the result says of %s', (to) => {
    const result = allowed.lab.of('free', to)
    expect(result).toMatchObject({ status: 'pass', predicted: { verdict: 'allow' } })
    expect(result.explanation.join()).toContain('a stand-in of the lab answered')
    expect(allowed.predicted.of('free', to)).toMatchObject({ status: 'predicted' })
    expect(blocked.lab.of('free', to)).toMatchObject({ status: 'fail', cause: 'policy' })
  })

  it('are said once to be stand-ins', () => {
    const notices = allowed.lab.events.flatMap((event) => (event.kind === 'notice' ? [event.message] : []))
    expect(notices.join()).toContain('assumed: api.example.com:443, 93.184.216.40:8443, [2001:db8:1::7]:123')
  })

  it('are not known where it depends on the address of a name', () => {
    for (const { lab, predicted } of [blocked, allowed])
      for (const ran of [lab, predicted]) {
        const result = ran.of('partly', 'tcp://api.example.com:443')
        expect(result).toMatchObject({ status: 'inconclusive', cause: 'no_control' })
        expect(result.explanation.join()).toContain('it depends on the address of api.example.com')
      }
  })

  it('are none that look like a name of the cluster', () => {
    for (const { lab, predicted } of [blocked, allowed])
      for (const ran of [lab, predicted])
        for (const from of ['free', 'mute']) {
          const result = ran.of(from, 'tcp://redis.dta:6379')
          expect(['fail', 'inconclusive']).toContain(result.status)
          expect(result.explanation.join()).toContain('unknown host')
        }
  })
})

describe('hosts outside a cluster, which has no stand-ins', () => {
  let ran: Ran

  beforeAll(async () => {
    const alias = { type: 'ExternalName', externalName: 'example.test', selector: undefined, ports: undefined }
    const all = [
      pod('web/a'),
      pod('web/inside'),
      service('web/outward', alias),
      egress('inside', [{ to: [{ namespaceSelector: {} }] }]),
    ]
    const read = all.flatMap((value) => objectsOf(value, () => ({ file: 'o.yaml', line: 1, column: 1 }), []))
    const [near, far] = ['tcp://93.184.216.40:80', 'tcp://93.184.216.40:444']
    const spec = {
      lab: { externals: ['example.test=93.184.216.34', '93.184.216.40:443'] },
      sources: { a: { namespace: 'web', as: 'pod/a' }, inside: { namespace: 'web', as: 'pod/inside' } },
      paths: [
        { from: 'a', to: reached, expect: 'allowed' },
        { from: 'inside', to: [...reached, near], expect: 'blocked' },
        { from: 'inside', to: far, expect: 'blocked', control: { from: 'a' } },
      ],
    }
    ran = await runIn({ spec }, async (scenario, signal) => {
      const lab = await openLab(
        { settings: scenario.lab, host: hostWith('runner'), now: Date.now, objects: read },
        signal,
      )
      return {
        ...lab,
        capabilities: { changesByOthers: true, builtFromManifests: false },
        [Symbol.asyncDispose]: () => lab[Symbol.asyncDispose](),
      }
    })
  })

  const reached = ['tcp://example.test:80', 'tcp://outward:443', 'tcp://93.184.216.40:443']

  it.each(reached)('are blocked (%s) only because another source of this run reached the same address', (to) => {
    expect(ran.of('a', to)).toMatchObject({ status: 'pass', seen: 'open' })
    const result = ran.of('inside', to)
    expect(result).toMatchObject({ status: 'pass', seen: 'blocked' })
    expect(result.control.map(({ kind }) => kind)).toContain('other-path')
  })

  it('are not known without such a source, and the report says how to name one', () => {
    const result = ran.of('inside', 'tcp://93.184.216.40:80')
    expect(result).toMatchObject({ status: 'inconclusive', cause: 'no_control' })
    expect(result.explanation.join()).toContain('name a source that reaches it as control: { from: … }')
  })

  it('are not known where the control reached nothing either', () => {
    const result = ran.of('inside', 'tcp://93.184.216.40:444')
    expect(result).toMatchObject({ status: 'inconclusive', cause: 'no_control' })
    expect(result.explanation.join()).toContain('its control a did not either: connection refused (connect_refused)')
  })
})
