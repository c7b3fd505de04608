import { describe, expect, it } from 'vitest'
import { endpointsOf } from '../../../fabric/endpoints.ts'
import { deployment, service, worldOf } from './build.ts'

const object = (apiVersion: string, kind: string, name = 'o') =>
  `\napiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: ${name}, namespace: shop }\n---`

describe('buildWorld', () => {
  it('tells the other mistakes of an object whose name is refused, and the name once', () => {
    const policy =
      'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: N_1, namespace: shop }\nspec: []\n'
    const { messages } = worldOf(`${deployment('ui', { replicas: -1 }).replace('name: ui,', 'name: U_i,')}\n${policy}`)
    expect(messages.map((message) => message.split(': ').slice(0, 2).join(': '))).toEqual([
      'Deployment shop/U_i: metadata.name',
      'Deployment shop/U_i: spec.replicas',
      'NetworkPolicy shop/N_1: metadata.name',
      'NetworkPolicy shop/N_1: spec',
    ])
  })
  it('lists what it does not act on, and only that', () => {
    const listed = [
      ['networking.k8s.io/v1', 'Ingress'],
      ['postgresql.cnpg.io/v1', 'Cluster'],
      ['cilium.io/v2', 'CiliumNetworkPolicy'],
      ['projectcalico.org/v3', 'NetworkPolicy'],
      ['policy.networking.k8s.io/v1alpha1', 'AdminNetworkPolicy'],
      ['policy.networking.k8s.io/v1alpha1', 'BaselineAdminNetworkPolicy'],
      ['security.istio.io/v1', 'AuthorizationPolicy'],
      ['serving.knative.dev/v1', 'Service'],
    ] as const
    const passed = [
      ['v1', 'ConfigMap'],
      ['v1', 'Secret'],
      ['v1', 'LimitRange'],
      ['rbac.authorization.k8s.io/v1', 'ClusterRole'],
      ['policy/v1', 'PodDisruptionBudget'],
      ['autoscaling/v2', 'HorizontalPodAutoscaler'],
      ['networking.k8s.io/v1', 'IngressClass'],
    ] as const
    const { world, problems } = worldOf([...listed, ...passed].map(([version, kind]) => object(version, kind)).join(''))
    expect(problems).toEqual([])
    expect(world.notSimulated.map(({ kind }) => kind)).toEqual(listed.map(([, kind]) => kind))
    expect(world.notSimulated[0]).toMatchObject({ namespace: 'shop', name: 'o', place: { line: 2 } })
  })
  it('refuses a known kind of an API version that has gone', () => {
    const { problems } = worldOf(object('extensions/v1beta1', 'NetworkPolicy'))
    expect(problems).toMatchObject([
      {
        message: expect.stringContaining('no matches for kind "NetworkPolicy" in version "extensions/v1beta1"'),
        hint: 'write apiVersion: networking.k8s.io/v1',
        place: { line: 2, column: 13 },
      },
    ])
  })
  it('rule 66: refuses two objects of one name that differ, naming both places; two alike are a warning', () => {
    const differ = worldOf(deployment('ui') + deployment('ui', { replicas: 2 }))
    expect(differ.problems).toMatchObject([
      {
        severity: 'error',
        message: 'Deployment shop/ui is given twice, and not alike, first at m.yaml:2:1',
        place: { line: 14 },
      },
    ])
    expect(worldOf(deployment('ui') + deployment('ui')).problems).toMatchObject([{ severity: 'warning' }])
    expect(worldOf(object('v1', 'Secret') + object('v1', 'Secret')).problems).toEqual([])
    const space = (labels: string) =>
      `---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: ${labels}}\n`
    expect(worldOf(space('{a: b}') + space('{a: b}')).problems).toEqual([])
  })
  it('merges a Namespace that is given twice: the labels of both, of one key the last', () => {
    const space = (labels: string) =>
      `---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: ${labels}}\n`
    const labelsOf = (text: string) => worldOf(text).world.namespaces.find(({ name }) => name === 'shop')?.labels
    const twice = space('{a: b, c: d}') + space('{a: x, c: d, e: f}')
    expect(labelsOf(twice)).toMatchObject({ a: 'x', c: 'd', e: 'f' })
    expect(worldOf(twice).problems).toEqual([])
    expect(labelsOf(space('{a: b}') + space('{}'))).toMatchObject({ a: 'b' })
    const lost = worldOf(space('{a: b}') + space('{c: d}'))
    expect(lost.world.namespaces[0]?.labels).toMatchObject({ a: 'b', c: 'd' })
    expect(lost.problems).toMatchObject([{ severity: 'warning', place: { line: 6 } }])
  })
  it('refuses names that the API server refuses', () => {
    const { messages } = worldOf(
      object('v1', 'Service', 'a.b') + object('v1', 'Pod', 'A') + object('v1', 'Secret', 'sh:op'),
    )
    expect(messages).toHaveLength(2)
    expect(messages[0]).toContain('Service shop/a.b: metadata.name: Invalid value: "a.b"')
  })
  it('rules 27 and 28: every namespace has its name as label; without a Namespace object its labels are not known', () => {
    const text =
      'apiVersion: v1\nkind: Namespace\nmetadata: {name: a, labels: {team: x, kubernetes.io/metadata.name: wrong}}\n---' +
      object('v1', 'Secret') +
      deployment('ui', { namespace: 'b' })
    const { namespaces } = worldOf(text).world
    expect(namespaces.find(({ name }) => name === 'a')).toMatchObject({
      labels: { team: 'x', 'kubernetes.io/metadata.name': 'a' },
      labelsKnown: true,
    })
    expect(namespaces.find(({ name }) => name === 'b')).toEqual({
      name: 'b',
      labels: { 'kubernetes.io/metadata.name': 'b' },
      labelsKnown: false,
    })
    expect(namespaces.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['default', 'kube-system', 'kube-public', 'kube-node-lease']),
    )
  })
  it('adds cluster DNS behind 10.96.0.10, unless the input has its own with ready pods', () => {
    const dnsOf = (text: string) => {
      const { world } = worldOf(text)
      const found = world.services.find(({ name }) => name === 'kube-dns')!
      return {
        ips: found.clusterIPs,
        targets: endpointsOf(found, world).map((one) => [one.pod?.name, one.port, one.protocol]),
        pods: world.pods,
      }
    }
    const made = dnsOf('')
    expect(made).toMatchObject({
      ips: ['10.96.0.10'],
      targets: [
        ['assumed-dns-1', 53, 'UDP'],
        ['assumed-dns-1', 53, 'TCP'],
      ],
    })
    expect(made.pods).toMatchObject([{ namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } }])
    const own = service(
      'kube-dns',
      '{ clusterIP: 10.96.3.3, selector: { app: dns }, ports: [{ port: 53, protocol: UDP }] }',
      'kube-system',
    )
    expect(dnsOf(own)).toMatchObject({ ips: ['10.96.3.3'], targets: [['assumed-dns-1', 53, 'UDP']] })
    expect(dnsOf(own + deployment('dns', { namespace: 'kube-system' })).targets).toEqual([['dns-1', 53, 'UDP']])
  })
  it('reads policies, and reports those that the API server would refuse with the places of their mistakes', () => {
    const policy = (name: string, port: string) =>
      `\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: ${name}, namespace: shop}\nspec:\n  ingress:\n  - ports:\n    - port: ${port}\n---`
    const { world, problems } = worldOf(policy('good', '80') + policy('bad', '"80"'))
    expect(world.policies).toMatchObject([{ namespace: 'shop', name: 'good', place: { line: 2 } }])
    expect(problems).toMatchObject([
      {
        message: expect.stringContaining('NetworkPolicy shop/bad: spec.ingress[0].ports[0].port'),
        place: { line: 16, column: 13 },
      },
    ])
  })
})
