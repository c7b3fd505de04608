import { expect, it } from 'vitest'
import { createAllocator } from '../../../fabric/manifests/allocator.ts'
import { readManifests } from '../../../fabric/manifests/read.ts'
import { buildWorld } from '../../../fabric/manifests/world.ts'

it('hosts of ServiceEntries and those that are given are names outside the cluster', () => {
  const entry = (apiVersion: string, hosts: unknown) => ({
    ...{ apiVersion, kind: 'ServiceEntry', metadata: { namespace: 'shop', name: 'e' } },
    spec: { hosts },
  })
  const all = [
    entry('networking.istio.io/v1', ['Ledger.erp', '*.mesh', 7]),
    { ...entry('networking.istio.io/v1', 'no list'), metadata: { namespace: 'shop', name: 'f' } },
    { ...entry('example.com/v1', ['other']), metadata: { namespace: 'shop', name: 'g' } },
  ]
  const { objects } = readManifests([
    { file: 'all.yaml', text: all.map((each) => JSON.stringify(each)).join('\n---\n') },
  ])
  const { world } = buildWorld(objects, { allocator: createAllocator(), externals: [{ name: 'crm.corp2' }] })
  expect(world.externals).toEqual(['crm.corp2', 'ledger.erp', '*.mesh'])
  expect(buildWorld([], { allocator: createAllocator() }).world).not.toHaveProperty('externals')
})
