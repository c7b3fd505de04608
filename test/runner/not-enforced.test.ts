import { expect, it } from 'vitest'
import { denyIngress, namespace, pod } from './objects.ts'
import { runInLab } from './run-in-lab.ts'

it('where a ClusterNetworkPolicy decides, packets in the lab are no proof; elsewhere they are', async () => {
  const guard = {
    apiVersion: 'policy.networking.k8s.io/v1alpha2',
    kind: 'ClusterNetworkPolicy',
    metadata: { name: 'guard' },
    spec: {
      ...{
        tier: 'Admin',
        priority: 1,
        subject: { pods: { namespaceSelector: {}, podSelector: { matchLabels: { app: 'db' } } } },
      },
      ingress: [{ action: 'Deny', from: [{ namespaces: { matchLabels: { team: 'red' } } }] }],
    },
  }
  const ran = await runInLab({
    objects: [
      ...[namespace('red', { team: 'red' }), namespace('blue')],
      ...[pod('red/a'), pod('blue/a'), pod('blue/db'), pod('blue/shut'), denyIngress('blue/shut', 'shut')],
      guard,
    ],
    spec: {
      sources: { red: { namespace: 'red', as: 'pod/a' }, blue: { namespace: 'blue', as: 'pod/a' } },
      paths: [
        { from: ['red', 'blue'], to: 'blue/pod/db:8080', expect: 'allowed' },
        { from: 'red', to: 'blue/pod/shut:8080', expect: 'blocked' },
      ],
    },
  })
  expect(ran.of('red', 'blue/pod/db:8080')).toMatchObject({ status: 'inconclusive', cause: 'not_simulated' })
  expect(ran.of('red', 'blue/pod/db:8080').explanation.join()).toContain(
    'ClusterNetworkPolicy guard would decide otherwise, and is not enforced here',
  )
  expect(ran.of('blue', 'blue/pod/db:8080').status).toBe('pass')
  expect(ran.of('red', 'blue/pod/shut:8080').status).toBe('pass')
})
