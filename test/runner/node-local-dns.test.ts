import { beforeAll, describe, expect, it } from 'vitest'
import { namespace, object, pod, policy, service } from './objects.ts'
import { predictHere, type Ran, runInLab } from './run-in-lab.ts'

const cache = '169.254.20.10'
const cached = (name: string) =>
  pod(`web/${name}`, {
    spec: { dnsPolicy: 'None', dnsConfig: { nameservers: [cache], searches: ['web.svc.cluster.local'] } },
  })
const dns = [{ port: 53, protocol: 'UDP' }, { port: 53 }]
const servers = {
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
  podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
}
const egress = (app: string, ...peers: readonly unknown[]) =>
  policy(`web/${app}`, {
    podSelector: { matchLabels: { app } },
    policyTypes: ['Egress'],
    egress: [{ to: [servers, ...peers], ports: dns }, { to: [{ podSelector: { matchLabels: { app: 'book' } } }] }],
  })
const objects = [
  namespace('web'),
  ...['free', 'shut', 'fixed'].map(cached),
  pod('web/book'),
  service('web/book'),
  object('apps/v1', 'DaemonSet', 'kube-system/node-local-dns', {
    selector: { matchLabels: { 'k8s-app': 'node-local-dns' } },
    template: {
      metadata: { labels: { 'k8s-app': 'node-local-dns' } },
      spec: {
        hostNetwork: true,
        dnsPolicy: 'Default',
        containers: [
          {
            ...{ name: 'cache', image: 'cache', args: ['-localip', `${cache},10.96.0.10`] },
            ports: [{ containerPort: 53, protocol: 'UDP' }, { containerPort: 53 }],
          },
        ],
      },
    },
  }),
  egress('shut'),
  egress('fixed', { ipBlock: { cidr: `${cache}/32` } }),
]

describe('NodeLocal DNSCache', () => {
  let lab: Ran
  let predicted: Ran

  beforeAll(async () => {
    const names = ['free', 'shut', 'fixed']
    const spec = {
      sources: Object.fromEntries(names.map((name) => [name, { namespace: 'web', as: `pod/${name}` }])),
      paths: [{ from: names, to: ['http://book', `udp://${cache}:53`], expect: 'allowed' }],
    }
    lab = await runInLab({ objects, spec })
    predicted = await predictHere({ objects, spec })
  })

  const targets = ['http://book', `udp://${cache}:53`]

  it.each(['free', 'fixed'].flatMap((from) => targets.map((to) => [from, to] as const)))(
    'answers %s on its own node (%s)',
    (from, to) => {
      expect(lab.of(from, to)).toMatchObject({ status: 'pass', predicted: { verdict: 'allow' } })
      expect(predicted.of(from, to)).toMatchObject({ status: 'predicted' })
    },
  )

  it.each(targets)('is left to the plugin where an egress policy does not allow its address (%s)', (to) => {
    for (const ran of [lab, predicted]) {
      const result = ran.of('shut', to)
      expect(result).toMatchObject({ status: 'inconclusive', cause: 'no_control' })
      expect(result.explanation.join()).toContain('docs/semantics.md#rule-50')
    }
  })
})
