import { expect, test } from 'vitest'
import type { Fabric, Identity, Probe } from '../../../fabric/fabric.ts'
import { createAllocator } from '../../../fabric/manifests/allocator.ts'
import { objectsOf } from '../../../fabric/manifests/read.ts'
import { buildWorld } from '../../../fabric/manifests/world.ts'
import { openProbes } from '../../../runner/observe/probes.ts'

const { signal } = new AbortController()
const identity: Identity = { kind: 'like', namespace: 'x', workload: 'pod/c' }
const source = { key: 'c', name: 'c', identity, namespace: 'x' }

function worldWith(labels: Record<string, string>) {
  const pod = {
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'x', name: 'c', uid: 'u1', labels } },
    ...{ spec: { containers: [{ name: 'app' }] }, status: { podIP: '10.0.0.7' } },
  }
  const objects = objectsOf(pod, () => ({ file: 'f', line: 1, column: 1 }), [])
  return buildWorld(objects, { allocator: createAllocator() }).world
}

test('a probe that is kept has the labels that its pod has now', async () => {
  const before = worldWith({ client: 'c' })
  const probe: Probe = {
    ...{ identity, pod: before.pods[0]!, node: 'n1', addresses: ['10.0.0.7'] },
    run: async function* () {},
  }
  const known = { ready: new Map([['c', probe]]), unavailable: new Map() }
  const fabric = { probe: () => Promise.reject(new Error('it is there already')) } as unknown as Fabric
  const world = worldWith({ client: 'c', env: 'dev' })
  const { ready } = await openProbes([source], { fabric, world, known, signal })
  expect(ready.get('c')?.pod?.labels).toEqual({ client: 'c', env: 'dev' })
})
