import { describe, expect, it } from 'vitest'
import { createAllocator } from '../../../fabric/manifests/allocator.ts'
import { readManifests } from '../../../fabric/manifests/read.ts'
import { buildWorld } from '../../../fabric/manifests/world.ts'
import { deployment, service } from './build.ts'

const run = () => {
  const allocator = createAllocator()
  return (text: string) => {
    const { world } = buildWorld(readManifests([{ file: 'm', text }]).objects, { allocator })
    const pods = new Map(world.pods.map((pod) => [pod.name, pod]))
    return {
      pods,
      addresses: (name: string) => pods.get(name)?.addresses,
      services: new Map(world.services.map((one) => [one.name, one.clusterIPs])),
    }
  }
}
const web = service('web', '{ ports: [{ port: 80 }] }')
const dual = service('both', '{ ipFamilyPolicy: RequireDualStack, ports: [{ port: 80 }] }')
const nodes =
  '\napiVersion: v1\nkind: Node\nmetadata: {name: a}\n---\napiVersion: v1\nkind: Node\nmetadata: {name: b}\n---'

describe('addresses', () => {
  it("are of the ranges of the pod's node, both families, and stay over rebuilds", () => {
    const build = run()
    const first = build(nodes + dual + deployment('ui', { replicas: 2 }) + web)
    expect(first.addresses('ui-1')).toEqual(['10.244.1.2', 'fd00:10:244:1::2'])
    expect(first.addresses('ui-2')).toEqual(['10.244.2.2', 'fd00:10:244:2::2'])
    const second = build(nodes + dual + deployment('api', { replicas: 3 }) + deployment('ui', { replicas: 2 }) + web)
    for (const name of ['ui-1', 'ui-2'])
      expect(second.pods.get(name)).toEqual({ ...first.pods.get(name), place: expect.anything() })
    expect(second.services).toEqual(first.services)
  })
  it('are not handed out again when they are freed, nor is a uid', () => {
    const build = run()
    const first = build(deployment('ui') + web)
    build('')
    const again = build(deployment('ui') + web)
    expect(again.addresses('ui-1')).not.toEqual(first.addresses('ui-1'))
    expect(again.pods.get('ui-1')?.uid).not.toBe(first.pods.get('ui-1')?.uid)
    expect(again.services.get('web')).not.toEqual(first.services.get('web'))
    const other = build(deployment('ui') + deployment('api', { replicas: 20 }))
    const used = [...other.pods.values()].flatMap(({ addresses }) => addresses)
    expect(used).not.toContain(first.addresses('ui-1')?.[0])
  })
  it('give way when the input gives one of them to another pod', () => {
    const build = run()
    const mine = build(deployment('ui')).addresses('ui-1')![0]
    const taker = `\napiVersion: v1\nkind: Pod\nmetadata: {name: t}\nstatus: {podIP: ${mine}}\n---`
    const after = build(deployment('ui') + taker)
    expect(after.addresses('t')).toEqual([mine])
    expect(after.addresses('ui-1')).not.toContain(mine)
  })
  it('suffice for 1000 pods on one node, all different', () => {
    const { pods } = run()(dual + deployment('ui', { replicas: 1000 }))
    const all = [...pods.values()].flatMap(({ addresses }) => addresses)
    expect(all).toHaveLength(2002)
    expect(new Set(all).size).toBe(2002)
  })
  it('never are a reserved one, whatever its spelling', () => {
    const allocator = createAllocator(['10.244.1.2', 'FD00:10:244:1:0::2'])
    allocator.begin([])
    expect(allocator.lease('x', { kind: 'pod', node: 'n', family: 4 })).toBe('10.244.1.3')
    expect(allocator.lease('x', { kind: 'pod', node: 'n', family: 6 })).toBe('fd00:10:244:1::3')
  })
  it('run out of NodePorts without an end in sight being searched', () => {
    const allocator = createAllocator()
    allocator.begin(Array.from({ length: 2768 }, (_, n) => String(30_000 + n)))
    expect(allocator.lease('x', { kind: 'nodePort' })).toBeUndefined()
  })
})
