import { describe, expect, it } from 'vitest'
import type { Manifest } from '../../fabric/fabric.ts'
import { namespace, pod, policy, service } from './objects.ts'
import { predictHere, runInLab } from './run-in-lab.ts'

const nameLabel = 'kubernetes.io/metadata.name'
const named = (name: string) => ({ namespaceSelector: { matchLabels: { [nameLabel]: name } } })
const udp = (port: number | string) => [{ protocol: 'UDP', port }]
const toDb = { to: [{ podSelector: { matchLabels: { app: 'db' } } }], ports: [{ port: 8080 }] }

/** `web/a` reaches `web/db` by the rules given, and no pod of the cluster's DNS is in the input. */
function world(...egress: readonly object[]): readonly Manifest[] {
  return [
    ...[namespace('web'), pod('web/a'), pod('web/db'), service('web/db')],
    policy('web/out', {
      podSelector: { matchLabels: { app: 'a' } },
      policyTypes: ['Egress'],
      egress: [...egress, toDb],
    }),
  ]
}

const spec = {
  sources: { a: { namespace: 'web', as: 'pod/a' } },
  paths: [{ from: 'a', to: 'tcp://db.web:80', expect: 'allowed' }],
}
const predicted = async (...egress: readonly object[]) => {
  const { results } = await predictHere({ objects: world(...egress), spec })
  return results[0]!
}

describe('where the cluster’s DNS is not in the input', () => {
  it.each<[string, object]>([
    ['openshift-dns on 5353', { to: [named('openshift-dns')], ports: udp(5353) }],
    [
      'a namespace by a label of its own',
      { to: [{ namespaceSelector: { matchLabels: { dns: 'yes' } } }], ports: udp(53) },
    ],
    [
      'other pods of kube-system',
      { to: [{ ...named('kube-system'), podSelector: { matchLabels: { x: 'y' } } }], ports: udp('dns') },
    ],
    [
      'kube-system by a label that it may have',
      { to: [{ namespaceSelector: { matchLabels: { name: 'kube-system' } } }] },
    ],
    ['a private network', { to: [{ ipBlock: { cidr: '10.96.0.0/16' } }], ports: udp(53) }],
    ['all networks but one private', { to: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['10.0.0.0/8'] } }] }],
  ])('a rule for %s may allow it: nothing is predicted', async (_, rule) => {
    const { status, explanation, predicted: told } = await predicted(rule)
    expect([status, told?.verdict]).toEqual(['inconclusive', 'undefined'])
    expect(explanation.join()).toContain("it depends on where the cluster's DNS runs, which is not in the input")
  })

  it.each<[string, readonly object[]]>([
    ['no rule for DNS', []],
    [
      'a rule for pods of the own namespace',
      [{ to: [{ podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } } }], ports: udp(53) }],
    ],
    ['a rule for a namespace whose pods are in the input', [{ to: [named('web')], ports: udp(53) }]],
    ['a rule for TCP alone', [{ to: [named('openshift-dns')], ports: [{ port: 5353 }] }]],
    ['a rule for public addresses', [{ to: [{ ipBlock: { cidr: '8.8.8.8/32' } }], ports: udp(53) }]],
    [
      'a rule for the internet',
      [{ to: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'] } }] }],
    ],
  ])('%s blocks names wherever it runs', async (_, rules) => {
    const { status, predicted: told } = await predicted(...rules)
    expect([status, told?.verdict]).toEqual(['fail', 'deny'])
  })

  it('a rule for the usual place allows it', async () => {
    const { status, predicted: told } = await predicted({ to: [named('kube-system')], ports: udp(53) })
    expect(status).toBe('predicted')
    expect(told?.evidence.at(-1)).toBe(
      'the DNS query is allowed to cluster DNS in kube-system (label k8s-app=kube-dns), which is assumed: it is not in the input',
    )
  })

  it('a DNS of the lab that is not reached proves nothing of the cluster’s', async () => {
    const objects = world({ to: [named('openshift-dns')], ports: udp(5353) })
    const paths = [...spec.paths, { from: 'a', to: 'dns://db.web', expect: 'blocked' }]
    const { results } = await runInLab({ objects, spec: { ...spec, paths } })
    expect(results.map(({ status, cause }) => [status, cause])).toEqual([
      ['inconclusive', 'no_control'],
      ['inconclusive', 'no_control'],
    ])
  })
})
