import { describe, expect, it } from 'vitest'
import { service, worldOf } from './build.ts'

const built = (spec: string, more = '') => {
  const { world, messages } = worldOf(service('s', spec) + more)
  return { service: world.services.find(({ name }) => name === 's')!, messages }
}
const port80 = 'ports: [{ port: 80 }]'

describe('Services', () => {
  it('have an address of the service range, TCP and the same target port by default', () => {
    expect(built(`{ selector: { app: a }, ${port80} }`)).toMatchObject({
      messages: [],
      service: {
        type: 'ClusterIP',
        clusterIPs: [expect.stringMatching(/^10\.96\./)],
        ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
        selector: { app: 'a' },
        ipFamilies: [4],
        internalTrafficPolicy: 'Cluster',
        externalTrafficPolicy: 'Cluster',
      },
    })
  })
  it('have none when headless; without selector these are dual stack', () => {
    expect(built(`{ clusterIP: None, selector: { app: a }, ${port80} }`).service).toMatchObject({
      headless: true,
      clusterIPs: [],
      ipFamilies: [4],
    })
    expect(built('{ clusterIP: None }').service.ipFamilies).toEqual([4, 6])
  })
  it('have the families that they ask for, IPv4 first', () => {
    const single = built(`{ ipFamilies: [IPv6], ${port80} }`).service
    expect(single).toMatchObject({ ipFamilies: [6], clusterIPs: [expect.stringMatching(/^fd00:10:96::/)] })
    const dual = built(
      `{ ipFamilyPolicy: RequireDualStack, ipFamilies: [IPv6], clusterIP: "fd00:10:96::77", ${port80} }`,
    ).service
    expect(dual).toMatchObject({
      ipFamilies: [6, 4],
      clusterIPs: [expect.stringMatching(/^10\.96\./), 'fd00:10:96::77'],
    })
  })
  it('have the families of the addresses that they are given', () => {
    const both = built(`{ ipFamilies: [IPv4], clusterIPs: [10.96.7.7, "fd00:10:96::7"], ${port80} }`).service
    expect(both.ipFamilies).toEqual([4, 6])
  })
  it('of type ExternalName have a name and nothing else', () => {
    expect(built('{ type: ExternalName, externalName: db.example.org }').service).toMatchObject({
      externalName: 'db.example.org',
      clusterIPs: [],
      ipFamilies: [],
    })
    expect(built('{ type: ExternalName }').messages[0]).toContain('spec.externalName: Required value')
  })
  it('of type NodePort and LoadBalancer get the NodePorts that they lack', () => {
    const { service: found } = built(
      '{ type: NodePort, ports: [{ name: a, port: 80, nodePort: 30000 }, { name: b, port: 81 }] }',
    )
    expect(found.ports.map(({ nodePort }) => nodePort)).toEqual([30000, 30001])
    expect(
      built(`{ type: LoadBalancer, ${port80} }\nstatus: { loadBalancer: { ingress: [{ ip: 203.0.113.1 }] } }`).service,
    ).toMatchObject({
      ports: [{ nodePort: 30000 }],
      externalIPs: ['203.0.113.1'],
    })
  })
  it('may not share a NodePort, whatever the protocol: both places are named', () => {
    const spec = (protocol: string) =>
      `{ type: NodePort, ports: [{ port: 80, protocol: ${protocol}, nodePort: 30080 }] }`
    expect(built(spec('TCP'), service('t', spec('UDP'))).messages).toEqual([
      'Service shop/t: nodePort 30080 is already that of Service shop/s (m.yaml:2:1)',
    ])
  })
  it('may use one NodePort for two protocols', () => {
    const spec =
      '{ type: NodePort, ports: [{ name: a, port: 53, nodePort: 30053 }, { name: b, port: 53, protocol: UDP, nodePort: 30053 }] }'
    expect(built(spec).messages).toEqual([])
  })
  it('may not share an address', () => {
    const spec = `{ clusterIP: 10.96.7.7, ${port80} }`
    expect(built(spec, service('t', spec)).messages[0]).toContain(
      'Service shop/t: address 10.96.7.7 is already that of Service shop/s',
    )
  })
  it.each([
    ['{ selector: { app: true } }', 'spec.selector.app: expected a string'],
    ['{ type: Clusterip }', 'Unsupported value: "Clusterip"'],
    ['{ ports: [{ port: "80" }] }', 'spec.ports[0].port: expected a whole number'],
    ['{ ports: [{ port: 80, targetPort: "8080" }] }', 'targetPort: Invalid value: "8080"'],
    ['{ ports: [{ port: 80 }, { port: 81 }] }', 'each of several ports needs a name'],
    ['{ ports: [{ port: 80, nodePort: 30080 }] }', "may not be used when `type` is 'ClusterIP'"],
    ['{ clusterIP: 10.96.0.300 }', 'spec.clusterIP: Invalid value: "10.96.0.300"'],
    ['{ ipFamilies: [4] }', 'spec.ipFamilies[0]: expected a string'],
  ])('with %s are refused', (spec, message) => {
    expect(built(spec).messages[0]).toContain(message)
  })
  it('without selector lead where Endpoints say, or where EndpointSlices say when there are both', () => {
    const endpoints =
      '\napiVersion: v1\nkind: Endpoints\nmetadata: { name: s, namespace: shop }\nsubsets: [{ addresses: [{ ip: 192.0.2.1, hostname: a }], notReadyAddresses: [{ ip: 192.0.2.2 }], ports: [{ port: 8080 }] }]\n---'
    const slice =
      '\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: { name: s-x, namespace: shop, labels: { kubernetes.io/service-name: s } }\naddressType: IPv4\nendpoints: [{ addresses: [192.0.2.3] }, { addresses: [192.0.2.4], conditions: { ready: false } }]\nports: [{ port: 8080, name: "" }]\n---'
    const ports = [{ port: 8080, protocol: 'TCP' }]
    expect(built(`{ ${port80} }`, endpoints).service.manualEndpoints).toEqual([
      { addresses: ['192.0.2.1'], ready: true, hostname: 'a', ports },
      { addresses: ['192.0.2.2'], ready: false, ports },
    ])
    expect(built(`{ ${port80} }`, endpoints + slice).service.manualEndpoints).toEqual([
      { addresses: ['192.0.2.3'], ready: true, ports },
      { addresses: ['192.0.2.4'], ready: false, ports },
    ])
  })
})
