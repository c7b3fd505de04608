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
