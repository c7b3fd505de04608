import { describe, expect, it } from 'vitest'
import { assumedDns, dnsEndpointsOf } from '../../../fabric/cluster-dns.ts'
import { worldOf } from './build.ts'

interface Dns {
  readonly at: string
  readonly labels?: string
  readonly selector?: string
  readonly ports?: string
  readonly podLabels?: string
  readonly podPorts?: string
}

const usualPorts =
  '[{name: dns, port: 53, protocol: UDP, targetPort: dns}, {name: dns-tcp, port: 53, protocol: TCP, targetPort: dns-tcp}]'

function service({ at, labels = '{}', selector = '{app: dns}', ports = usualPorts }: Dns): string {
  const [namespace, name] = at.split('/')
  return `
---
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: ${namespace}, labels: ${labels}}
spec: {selector: ${selector}, ports: ${ports}}`
}

function servers({ at, podLabels = '{app: dns}', podPorts = '53' }: Dns): string {
  return `
---
apiVersion: v1
kind: Pod
metadata: {name: server, namespace: ${at.split('/')[0]}, labels: ${podLabels}}
spec: {containers: [{name: c, ports: [{name: dns, containerPort: ${podPorts}, protocol: UDP}, {name: dns-tcp, containerPort: ${podPorts}, protocol: TCP}]}]}`
}

const openshift: Dns = {
  at: 'openshift-dns/dns-default',
  labels: '{dns.operator.openshift.io/owning-dns: default}',
  selector: '{dns.operator.openshift.io/daemonset-dns: default}',
  podLabels: '{dns.operator.openshift.io/daemonset-dns: default}',
  podPorts: '5353',
}

const platforms: readonly (readonly [string, Dns, number])[] = [
  ['kubeadm', { at: 'kube-system/kube-dns' }, 53],
  ['OpenShift', openshift, 5353],
  ['RKE2', { at: 'kube-system/rke2-coredns-rke2-coredns' }, 53],
  ['a Service by its label k8s-app', { at: 'net/names', labels: '{k8s-app: kube-dns}', podPorts: '8053' }, 8053],
  ['a Service by its label kubernetes.io/name', { at: 'net/names', labels: '{kubernetes.io/name: CoreDNS}' }, 53],
  [
    'a Service by what it selects',
    { at: 'net/names', selector: '{k8s-app: kube-dns}', podLabels: '{k8s-app: kube-dns}' },
    53,
  ],
]

describe('the cluster’s DNS', () => {
  it.each(platforms)('of %s is found in the input, with the port of its pods', (_, dns, port) => {
    const { world } = worldOf(service(dns) + servers(dns))
    const [namespace, name] = dns.at.split('/')
    expect(world.dns).toEqual({ kind: 'found', service: { namespace, name } })
    expect(world.pods.map((pod) => pod.name)).toEqual(['server'])
    const endpoints = dnsEndpointsOf(world).map(({ pod, targetPort, protocol }) => [pod?.name, targetPort, protocol])
    expect(endpoints).toEqual(
      expect.arrayContaining([
        ['server', port, 'UDP'],
        ['server', port, 'TCP'],
      ]),
    )
    expect(assumedDns(world)).toBe(undefined)
  })

  it('is assumed in kube-system where the input has nothing of it, and says so', () => {
    const { world } = worldOf('')
    expect(world.dns).toMatchObject({ kind: 'assumed', serviceGiven: false })
    expect(assumedDns(world)).toBe('cluster DNS in kube-system (label k8s-app=kube-dns)')
  })

  it('has assumed pods with the labels and ports of its Service where the input has only that', () => {
    const { world } = worldOf(service(openshift))
    expect(world.dns).toMatchObject({ kind: 'assumed', serviceGiven: true, pod: { namespace: 'openshift-dns' } })
    expect(dnsEndpointsOf(world).map(({ targetPort }) => targetPort)).toContain(5353)
    expect(assumedDns(world)).toBe(
      'pods of Service openshift-dns/dns-default (label dns.operator.openshift.io/daemonset-dns=default)',
    )
  })

  it('is found by its pods where the input has only these', () => {
    const { world } = worldOf(servers(openshift))
    expect(world.dns).toEqual({ kind: 'found', service: { namespace: 'openshift-dns', name: 'dns-default' } })
    expect(dnsEndpointsOf(world).map(({ targetPort }) => targetPort)).toContain(5353)
  })

  it('is not the second Service of NodeLocal DNSCache, nor one without port 53', () => {
    const labels = '{k8s-app: kube-dns}'
    const upstream = service({ at: 'kube-system/kube-dns-upstream', labels })
    const metrics = service({ at: 'kube-system/dns-metrics', labels, ports: '[{name: metrics, port: 9153}]' })
    const own: Dns = { at: 'kube-system/names', labels }
    const { world } = worldOf(upstream + metrics + service(own) + servers(own))
    expect(world.dns).toMatchObject({ service: { name: 'names' } })
  })

  it('is the Service at the address that kubelets give to pods, whatever else there is', () => {
    const kubelets = `
---
apiVersion: v1
kind: ConfigMap
metadata: {name: kubelet-config, namespace: kube-system}
data:
  kubelet: |
    clusterDNS:
    - 10.96.7.7
    clusterDomain: cluster.local`
    const own = service({ at: 'net/names' }).replace('spec: {', 'spec: {clusterIP: 10.96.7.7, ')
    const { world } = worldOf(service({ at: 'kube-system/kube-dns' }) + own + kubelets)
    expect(world.dns).toMatchObject({ service: { namespace: 'net', name: 'names' } })
  })

  it('has a cache on the nodes where the input has NodeLocal DNSCache', () => {
    const cache = (args: string) => `
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: node-local-dns, namespace: kube-system}
spec:
  selector: {matchLabels: {k8s-app: node-local-dns}}
  template:
    metadata: {labels: {k8s-app: node-local-dns}}
    spec:
      hostNetwork: true
      containers: [{name: cache, args: ${args}}]`
    const named = { namespace: 'kube-system', name: 'node-local-dns' }
    expect(worldOf(cache('["-localip", "169.254.20.10,10.96.0.10"]')).world.nodeLocalDns).toEqual({
      ...named,
      addresses: ['169.254.20.10', '10.96.0.10'],
    })
    expect(worldOf(cache('["-localip=fd00::53"]')).world.nodeLocalDns?.addresses).toEqual(['fd00::53'])
    expect(worldOf(cache('[]')).world.nodeLocalDns).toEqual({ ...named, addresses: [] })
    expect(worldOf('').world.nodeLocalDns).toBe(undefined)
  })
})
