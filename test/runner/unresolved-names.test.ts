import { beforeAll, describe, expect, it } from 'vitest'
import { denyIngress, namespace, pod, policy, service } from './objects.ts'
import { predictHere, type Ran, runInLab } from './run-in-lab.ts'

const egress = (app: string, to: readonly unknown[]) =>
  policy(`web/${app}`, { podSelector: { matchLabels: { app } }, policyTypes: ['Egress'], egress: to })
const objects = [
  namespace('web'),
  ...['mute', 'nodns', 'half', 'api', 'shut'].map((name) => pod(`web/${name}`)),
  pod('web/api-2', { labels: { app: 'api', copy: 'second' } }),
  service('web/api'),
  service('web/shut'),
  egress('mute', []),
  egress('nodns', [{ to: [{ podSelector: { matchLabels: { app: 'api' } } }] }]),
  egress('half', [{ to: [{ podSelector: { matchLabels: { copy: 'second' } } }] }]),
  denyIngress('web/shut', 'shut'),
]
const sources = {
  ...Object.fromEntries(['mute', 'nodns', 'half'].map((name) => [name, { namespace: 'web', as: `pod/${name}` }])),
  out: { outside: true },
}
const told = (ran: Ran, from: string, to: string) => {
  const { explanation, predicted } = ran.of(from, to)
  return [...explanation, ...(predicted?.evidence ?? [])].join('\n')
}

describe('a name that does not resolve', () => {
  let lab: Ran
  let predicted: Ran

  beforeAll(async () => {
    const paths = [
      { from: ['mute', 'nodns', 'half'], to: 'http://api', expect: 'allowed' },
      { from: 'out', to: ['web/svc/api:80', 'web/svc/shut:80', 'tcp://api.example.com:443'], expect: 'allowed' },
    ]
    lab = await runInLab({ objects, spec: { sources, paths } })
    predicted = await predictHere({ objects, spec: { sources, paths } })
  })

  it.each([
    ['the policy, where policies block every address as well', 'mute', 'http://api', 'policy'],
    ['DNS, where policies allow the addresses', 'nodns', 'http://api', 'dns'],
    ['DNS, where policies allow some of the addresses', 'half', 'http://api', 'dns'],
    ['the policy, from outside to pods that are closed', 'out', 'web/svc/shut:80', 'policy'],
    ['DNS, from outside to pods that are open', 'out', 'web/svc/api:80', 'dns'],
  ])('has one cause in the lab and in the prediction: %s', (_, from, to, cause) => {
    expect(predicted.of(from, to)).toMatchObject({ status: 'fail', cause })
    expect(lab.of(from, to)).toMatchObject({ status: 'fail', cause })
  })

  it.each(['mute', 'nodns', 'half'])(
    'says of %s which rule blocks the query to DNS, not only that something is blocked',
    (from) => {
      for (const ran of [lab, predicted])
        expect(told(ran, from, 'http://api')).toContain('no rule admits its DNS query out of')
    },
  )

  it('says how to explain it, where policies block the query', () => {
    expect(lab.of('nodns', 'http://api').fix).toMatch(/^crosscheck explain /)
  })

  it.each(['web/svc/api:80', 'web/svc/shut:80'])(
    'says of %s that it has no name outside, and names no resolver that nobody gave',
    (to) => {
      expect(told(lab, 'out', to)).toContain('outside of the cluster, names of its Services do not resolve')
      expect(lab.of('out', to).observed?.dns).toBeUndefined()
    },
  )

  it('outside names no resolver that nobody gave either where its target is outside too', () => {
    expect(lab.of('out', 'tcp://api.example.com:443').observed?.dns).toBeUndefined()
  })
})
