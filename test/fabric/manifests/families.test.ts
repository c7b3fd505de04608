import { describe, expect, it } from 'vitest'
import { createAllocator } from '../../../fabric/manifests/allocator.ts'
import { readManifests } from '../../../fabric/manifests/read.ts'
import { buildWorld } from '../../../fabric/manifests/world.ts'
import { deployment, pod, service, worldOf } from './build.ts'

const app = deployment('ui')
const node = (spec: string, status = '{}') => `
apiVersion: v1
kind: Node
metadata: { name: n1 }
spec: ${spec}
status: ${status}
---`
const policy = (cidr: string) => `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: p, namespace: shop }
spec: { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: "${cidr}" } }] }] }
---`
const range = (kind: string, spec: string) => `
apiVersion: ${kind === 'ServiceCIDR' ? 'networking.k8s.io/v1' : 'crd.projectcalico.org/v1'}
kind: ${kind}
metadata: { name: r }
spec: ${spec}
---`

const families = (text: string) => {
  const { world } = worldOf(app + text)
  const ui = world.pods.find(({ name }) => name === 'ui-1')!
  return ui.addresses.map((address) => (address.includes(':') ? 6 : 4))
}

describe('address families', () => {
  it.each<[string, string, readonly number[]]>([
    ['nothing', '', [4]],
    ['a pod with both', pod('a', { status: '{ podIPs: [{ ip: 10.1.0.1 }, { ip: "fd01::1" }] }' }), [4, 6]],
    ['a pod with IPv6 alone', pod('a', { status: '{ podIP: "fd01::1" }' }), [6]],
    ['the families of a Service', service('s', '{ ipFamilies: [IPv4, IPv6], ports: [{ port: 80 }] }'), [4, 6]],
    ['a dual-stack Service', service('s', '{ ipFamilyPolicy: RequireDualStack, ports: [{ port: 80 }] }'), [4, 6]],
    ['a Service that would take both', service('s', '{ ipFamilyPolicy: PreferDualStack, ports: [{ port: 80 }] }'), [4]],
    ['an IPv6 Service', service('s', '{ ipFamilies: [IPv6], ports: [{ port: 80 }] }'), [6]],
    ['addresses of a Service', service('s', '{ clusterIPs: [10.96.1.1, "fd96::1"], ports: [{ port: 80 }] }'), [4, 6]],
    ['ranges of a node', node('{ podCIDRs: [10.1.0.0/24, "fd01::/64"] }'), [4, 6]],
    ['a range of a node', node('{ podCIDR: "fd01::/64" }'), [6]],
    [
      'addresses of a node',
      node('{}', '{ addresses: [{ type: InternalIP, address: 10.2.0.1 }, { type: InternalIP, address: "fd02::1" }] }'),
      [4, 6],
    ],
    ['ranges of Services', range('ServiceCIDR', '{ cidrs: [10.96.0.0/16, "fd96::/108"] }'), [4, 6]],
    ['a pool of pods', range('IPPool', '{ cidr: "fd01::/48" }'), [6]],
    ['a network of a policy', policy('2001:db8::/32'), [4, 6]],
    ['all of IPv4 in a policy', policy('0.0.0.0/0'), [4]],
    [
      'a network of a policy beside pods of one family',
      policy('::/0') + pod('a', { status: '{ podIPs: [{ ip: 10.1.0.1 }] }' }),
      [4],
    ],
  ])('follow %s', (_, text, expected) => {
    expect(families(text)).toEqual(expected)
  })

  it('of a Service that says nothing are the first of the cluster, and all of them where it prefers so', () => {
    const six = node('{ podCIDRs: ["fd01::/64"] }')
    const dual = node('{ podCIDRs: [10.1.0.0/24, "fd01::/64"] }')
    const plain = service('s', '{ selector: { app: ui }, ports: [{ port: 80 }] }')
    const preferred = service('s', '{ ipFamilyPolicy: PreferDualStack, selector: { app: ui }, ports: [{ port: 80 }] }')
    const of = (text: string) => worldOf(app + text).world.services.map(({ ipFamilies }) => ipFamilies)
    expect(of(six + plain)).toEqual([[6], [6]])
    expect(of(dual + plain)).toEqual([[4], [4]])
    expect(of(dual + preferred)[0]).toEqual([4, 6])
    expect(worldOf(six).world.services[0]?.clusterIPs).toEqual(['fd00:10:96::a'])
  })

  it('that a scenario asks for are used beside those of the input', () => {
    const { objects } = readManifests([{ file: 'm.yaml', text: app }])
    const { world } = buildWorld(objects, { allocator: createAllocator(), families: [6] })
    expect(world.families).toEqual({ assigned: [], used: [4, 6] })
  })

  it('stay with a run when what showed them is gone', () => {
    const allocator = createAllocator()
    const before = worldOf(app + policy('::/0'), allocator).world.pods.map(({ addresses }) => addresses)
    expect(worldOf(app, allocator).world.pods.map(({ addresses }) => addresses)).toEqual(before)
  })
})
