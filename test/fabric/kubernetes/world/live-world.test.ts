import { expect, it } from 'vitest'
import type { LiveObject } from '../../../../fabric/kubernetes/api/objects.ts'
import { resources } from '../../../../fabric/kubernetes/api/resources.ts'
import { podOf, toObject, worldOf } from '../../../../fabric/kubernetes/world/live-world.ts'
import { projected } from '../../../../fabric/kubernetes/world/project.ts'

function pod(readinessProbe: object, { ready = 'True', podIP = '10.1.1.7' } = {}): LiveObject {
  const ports = [{ name: 'web', containerPort: 8080 }]
  return projected('Pod')({
    metadata: { name: 'a', namespace: 'x' },
    spec: { nodeName: 'n', containers: [{ name: 'c', image: 'i', ports, readinessProbe }] },
    status: {
      ...{ phase: 'Running', podIP, podIPs: [{ ip: podIP }, { ip: '10.9.9.9' }] },
      conditions: [{ type: 'Ready', status: ready }],
    },
  })
}
const answering = (...given: Parameters<typeof pod>) => podOf(pod(...given))?.answering

it.each([
  ['a port', { tcpSocket: { port: 9000 } }, 9000],
  ['a named port', { httpGet: { port: 'web', path: '/' } }, 8080],
  ['gRPC', { grpc: { port: 50_051 } }, 50_051],
])('a pod that is ready answers where its kubelet asks: %s', (_, probe, port) => {
  expect(answering(probe)).toEqual([{ address: '10.1.1.7', port }])
})

it.each([
  ['it is not ready', { tcpSocket: { port: 9000 } }, { ready: 'False' }],
  ['the probe names another host', { httpGet: { port: 9000, host: '127.0.0.1' } }, {}],
  ['the probe runs a command', { exec: { command: ['true'] } }, {}],
  ['no container has the named port', { tcpSocket: { port: 'gone' } }, {}],
])('nothing of the kind is known where %s', (_, probe, state) => {
  expect(answering(probe, state)).toBeUndefined()
})

it('a policy of a cluster stands in no file', () => {
  const live = { metadata: { name: 'p', namespace: 'x' }, spec: { podSelector: {} } }
  const { world } = worldOf([toObject(live, resources.NetworkPolicy)!])
  expect(world.policies).toMatchObject([{ namespace: 'x', name: 'p' }])
  expect(world.policies[0]).not.toHaveProperty('place')
})

it('each pod has the workload that its own owner, labels and name tell, whatever it shares with others', () => {
  const project = projected('Pod')
  const owner = (kind: string, name: string, controller: boolean) => [{ kind, name, uid: 'u', controller }]
  const ofSet = owner('ReplicaSet', 'web-1a2b', true)
  const described: [string, object, object][] = [
    ['p1', ofSet, { 'pod-template-hash': '1a2b' }],
    ['p2', ofSet, { 'pod-template-hash': '1a2b' }],
    ['p3', ofSet, { 'pod-template-hash': 'other' }],
    ['p4', owner('Job', 'once', false), { app: 'a' }],
    ['p5', owner('Job', 'once', false), { app: 'a' }],
    ['p6', owner('Rollout', 'web', true), { app: 'a' }],
  ]
  const objects = described.map(([name, ownerReferences, labels]) => {
    const metadata = { name, namespace: 'x', ownerReferences, labels } as LiveObject['metadata']
    return toObject(project({ metadata, spec: { containers: [{}] } }), resources.Pod)!
  })
  expect(worldOf(objects).world.pods.map(({ workload }) => `${workload.kind} ${workload.name}`)).toEqual([
    ...['Deployment web', 'Deployment web', 'ReplicaSet web-1a2b', 'Pod p4', 'Pod p5', 'Pod p6'],
  ])
})
