import { beforeAll, describe, expect, it } from 'vitest'
import { denyIngress, namespace, object, pod, policy, service } from './objects.ts'
import { predictHere, type Ran, runInLab } from './run-in-lab.ts'

const dnsPorts = (targetPort: number | string) => [
  { name: 'dns', port: 53, protocol: 'UDP', targetPort },
  { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort },
]
const noEgress = (app: string) => ({ podSelector: { matchLabels: { app } }, policyTypes: ['Egress'], egress: [] })
const toPods = (app: string, port: number) => ({
  ...noEgress(app),
  egress: [{ to: [{ namespaceSelector: {} }], ports: [{ port, protocol: 'UDP' }] }],
})

/** As OpenShift has it: the Service's port 53 leads to 5353 of the pods. */
const objects = [
  namespace('openshift-dns'),
  pod('openshift-dns/server', { ports: [5353] }),
  object('v1', 'Service', 'openshift-dns/dns-default', { selector: { app: 'server' }, ports: dnsPorts(5353) }),
  namespace('web'),
  ...['shut', 'open', 'wrong'].map((name) => pod(`web/${name}`)),
  policy('web/shut', noEgress('shut')),
  policy('web/open', toPods('open', 5353)),
  policy('web/wrong', toPods('wrong', 53)),
  namespace('lan'),
  pod('lan/resolver', { ports: [1053] }),
  object('v1', 'Service', 'lan/resolver', { selector: { app: 'resolver' }, ports: dnsPorts(1053) }),
  denyIngress('lan/none', 'resolver'),
  service('web/open'),
]

describe('DNS servers on another port than 53', () => {
  const sources = ['shut', 'open', 'wrong']
  const targets = ['dns://web.example.', 'udp://dns-default.openshift-dns:53']
  let lab: Ran
  let predicted: Ran

  beforeAll(async () => {
    const spec = {
      sources: Object.fromEntries(sources.map((name) => [name, { namespace: 'web', as: `pod/${name}` }])),
      paths: [
        { from: sources, to: targets, expect: 'blocked' },
        { from: 'shut', to: 'udp://resolver.lan:53', expect: 'blocked' },
      ],
    }
    lab = await runInLab({ objects, spec })
    predicted = await predictHere({ objects, spec })
  })

  it.each(targets)('are shown to be blocked (%s)', (to) => {
    for (const from of ['shut', 'wrong']) {
      const { status, endpoints } = lab.of(from, to)
      expect(status, `${from} ${lab.of(from, to).explanation.join()}`).toBe('pass')
      expect(endpoints.filter(({ pod: name }) => name !== undefined).map(({ port }) => port)).toEqual([5353])
      expect(predicted.of(from, to).status).toBe('predicted')
    }
  })

  it.each(targets)('are shown to be open (%s)', (to) => {
    expect(lab.of('open', to)).toMatchObject({ status: 'fail', cause: 'policy', predicted: { verdict: 'allow' } })
    expect(predicted.of('open', to)).toMatchObject({ status: 'fail', predicted: { verdict: 'allow' } })
  })

  it('are asked as DNS servers behind any Service', () => {
    expect(lab.of('shut', 'udp://resolver.lan:53').status).toBe('pass')
  })
})
