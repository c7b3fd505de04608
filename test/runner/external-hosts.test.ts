import { beforeAll, describe, expect, it } from 'vitest'
import { namespace, pod, policy } from './objects.ts'
import { predictHere, type Ran, runInLab } from './run-in-lab.ts'

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
