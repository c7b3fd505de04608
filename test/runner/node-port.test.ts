import { beforeAll, describe, expect, it } from 'vitest'
import type { Manifest } from '../../fabric/fabric.ts'
import { pod, policy, service } from './objects.ts'
import { predictHere, type Ran, runInLab } from './run-in-lab.ts'

const node = (name: string, address: string): Manifest => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name },
  status: { addresses: [{ type: 'InternalIP', address }] },
})
const entry = (name: string, nodePort: number, spec = {}) =>
  service(`pub/${name}`, { type: 'NodePort', ports: [{ port: 80, targetPort: 8080, nodePort }], ...spec })
const from = (name: string, cidrs: readonly string[]) =>
  policy(`pub/${name}`, {
    podSelector: { matchLabels: { app: name } },
    policyTypes: ['Ingress'],
    ingress: [{ from: cidrs.map((cidr) => ({ ipBlock: { cidr } })) }],
  })

const objects = [
  node('a', '192.0.2.11'),
  node('b', '192.0.2.12'),
  ...['office', 'local', 'all', 'shut'].map((name) => pod(`pub/${name}`, { spec: { nodeName: 'b' } })),
  pod('web/client', { spec: { nodeName: 'a' } }),
  entry('office', 30_081),
  entry('local', 30_082, { externalTrafficPolicy: 'Local' }),
  entry('all', 30_083, { externalIPs: ['198.51.100.77'] }),
  entry('shut', 30_084),
  from('office', ['203.0.113.0/24']),
  from('local', ['0.0.0.0/0']),
  from('all', ['0.0.0.0/0']),
  from('shut', ['192.0.2.200/32']),
]
const client = { namespace: 'web', as: 'pod/client' }
const spec = {
  sources: { net: { outside: true }, client },
  paths: [
    { from: ['net', 'client'], to: ['nodeport://30081?node=a', 'nodeport://30081?node=b'], expect: 'allowed' },
    { from: 'net', to: ['nodeport://30082?node=a', 'nodeport://30082?node=b'], expect: 'allowed' },
    { from: 'client', to: 'nodeport://30082?node=a', expect: 'allowed' },
    {
      from: 'net',
      to: ['nodeport://30083?node=a', 'nodeport://30083?node=b', 'tcp://198.51.100.77:80'],
      expect: 'allowed',
    },
    { from: 'net', to: ['nodeport://30084?node=a', 'nodeport://30084?node=b'], expect: 'blocked' },
  ],
}

describe('the source address behind a NodePort', () => {
  let lab: Ran
  let predicted: Ran

  beforeAll(async () => {
    lab = await runInLab({ objects, spec })
    predicted = await predictHere({ objects, spec })
  })

  const both = () => [lab, predicted]

  it.each([
    ['net', 'nodeport://30081?node=a'],
    ['net', 'nodeport://30081?node=b'],
    ['client', 'nodeport://30081?node=a'],
    ['net', 'nodeport://30084?node=a'],
    ['net', 'nodeport://30084?node=b'],
  ])(
    'from %s to %s may be a node’s, so that neither packets nor policies say whether an ipBlock matches',
    (source, to) => {
      for (const ran of both()) {
        const result = ran.of(source, to)
        expect(result).toMatchObject({
          status: 'inconclusive',
          cause: 'no_control',
          predicted: { verdict: 'undefined' },
        })
        expect(result.explanation.join()).toContain('externalTrafficPolicy: Local keeps their addresses')
      }
    },
  )

  it('is the client’s with externalTrafficPolicy: Local, on a node with an endpoint', () => {
    expect(lab.of('net', 'nodeport://30082?node=b')).toMatchObject({ status: 'pass', predicted: { verdict: 'allow' } })
    expect(predicted.of('net', 'nodeport://30082?node=b')).toMatchObject({ status: 'predicted' })
  })

  it('does not matter with externalTrafficPolicy: Local on a node without an endpoint, which drops what comes from outside', () => {
    for (const ran of both()) {
      const result = ran.of('net', 'nodeport://30082?node=a')
      expect(result).toMatchObject({ status: 'fail', cause: 'no_endpoints' })
      expect(result.explanation.join()).toContain('externalTrafficPolicy: Local and no endpoint on node a')
    }
    expect(lab.of('client', 'nodeport://30082?node=a')).toMatchObject({ status: 'pass' })
    expect(predicted.of('client', 'nodeport://30082?node=a')).toMatchObject({ status: 'predicted' })
  })

  it.each(['nodeport://30083?node=a', 'nodeport://30083?node=b', 'tcp://198.51.100.77:80'])(
    'does not matter to a rule that allows every address (%s)',
    (to) => {
      expect(lab.of('net', to)).toMatchObject({ status: 'pass', predicted: { verdict: 'allow' } })
      expect(predicted.of('net', to)).toMatchObject({ status: 'predicted' })
    },
  )
})
