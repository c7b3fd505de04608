import { describe, expect, it } from 'vitest'
import { usualService } from '../../../fabric/manifests/cluster-dns.ts'
import type { Pod, World } from '../../../fabric/world.ts'
import { hostResolvConf, podHosts, podResolvConf } from '../../../lab/worker/resolv-conf.ts'

const world: World = {
  domain: 'cluster.local',
  nodes: [],
  namespaces: [],
  pods: [],
  services: [{ ...usualService, ipFamilies: [4] }],
  families: { assigned: [4], used: [4] },
  dns: { kind: 'found', service: usualService },
  policies: [],
  notSimulated: [],
}
const base: Pod = {
  namespace: 'shop',
  name: 'web-0',
  uid: '1',
  labels: {},
  workload: { kind: 'StatefulSet', name: 'web' },
  node: 'one',
  addresses: ['10.244.1.2', 'fd00::2'],
  hostNetwork: false,
  ready: true,
  serviceAccount: 'default',
  ports: [],
  dnsPolicy: 'ClusterFirst',
  hostAliases: [],
  restarts: 0,
}
const cluster = {
  nameservers: ['10.96.0.10'],
  search: ['shop.svc.cluster.local', 'svc.cluster.local', 'cluster.local'],
  ndots: 5,
}

describe('resolv.conf of a pod', () => {
  it.each([
    ['ClusterFirst', false, cluster],
    ['ClusterFirst', true, hostResolvConf],
    ['ClusterFirstWithHostNet', true, cluster],
    ['Default', false, hostResolvConf],
    ['None', false, { nameservers: [], search: [], ndots: 1 }],
  ] as const)(
    'with dnsPolicy %s and hostNetwork %s is as the kubelet writes it',
    (dnsPolicy, hostNetwork, expected) => {
      expect(podResolvConf({ ...base, dnsPolicy, hostNetwork }, world)).toEqual(expected)
    },
  )

  it('gets what dnsConfig adds, without repetitions, and its ndots', () => {
    const dnsConfig = { nameservers: ['10.96.0.10', '9.9.9.9'], searches: ['corp.example'], ndots: 2 }
    expect(podResolvConf({ ...base, dnsConfig }, world)).toEqual({
      nameservers: ['10.96.0.10', '9.9.9.9'],
      search: [...cluster.search, 'corp.example'],
      ndots: 2,
    })
  })
})

describe('the hosts file of a pod', () => {
  it('knows localhost, the pod itself under both of its names, and its hostAliases', () => {
    const hostAliases = [
      { ip: '192.0.2.1', hostnames: ['Foo.Example.', 'bar'] },
      { ip: '192.0.2.2', hostnames: ['bar'] },
    ]
    const hosts = podHosts({ ...base, hostname: 'web-0', subdomain: 'web', hostAliases }, 'cluster.local')
    expect(Object.fromEntries(hosts)).toEqual({
      localhost: ['127.0.0.1', '::1'],
      'web-0': ['10.244.1.2', 'fd00::2'],
      'web-0.web.shop.svc.cluster.local': ['10.244.1.2', 'fd00::2'],
      'foo.example': ['192.0.2.1'],
      bar: ['192.0.2.1', '192.0.2.2'],
    })
  })
})
