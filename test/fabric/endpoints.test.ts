import { describe, expect, it } from 'vitest'
import { backendsOf, endpointsOf } from '../../fabric/endpoints.ts'
import { deployment, pod, service, worldOf } from './manifests/build.ts'

const inWorld = (text: string) => {
  const { world } = worldOf(text)
  const found = world.services.find(({ name }) => name === 's')!
  const podNamed = (name: string) => world.pods.find((one) => one.name === name)!
  return { world, found, endpoints: endpointsOf(found, world), podNamed }
}
const port80 = '{ selector: { app: ui }, ports: [{ name: web, port: 80, targetPort: http }] }'

describe('endpointsOf', () => {
  it('gives every pod that the selector matches, with the named port of that pod', () => {
    const other = pod('odd', { spec: '{ containers: [{ ports: [{ containerPort: 9090, name: http }] }] }' }).replace(
      'app: odd',
      'app: ui',
    )
    const { endpoints } = inWorld(
      service('s', port80) + deployment('ui', { replicas: 2 }) + other + deployment('ui', { namespace: 'elsewhere' }),
    )
    expect(endpoints.map((one) => `${one.pod?.name} ${one.port} ${one.targetPort}`).toSorted()).toEqual([
      'odd 80 9090',
      'ui-1 80 8080',
      'ui-2 80 8080',
    ])
    expect(endpoints[0]).toMatchObject({
      service: 'shop/s',
      portName: 'web',
      protocol: 'TCP',
      family: 4,
      node: 'node-1',
      ready: true,
    })
  })
  it('leaves out a pod that lacks the named port, or has it with another protocol', () => {
    const udp = pod('u', {
      spec: '{ containers: [{ ports: [{ containerPort: 1, name: http, protocol: UDP }] }] }',
    }).replace('app: u ', 'app: ui ')
    expect(inWorld(service('s', port80) + udp).endpoints).toEqual([])
  })
  it('includes pods that are not ready, marked; publishNotReadyAddresses makes them serve', () => {
    const sleepy = deployment('ui').replace(
      'metadata: { labels',
      'metadata: { annotations: {lab.crosscheck.dev/not-ready: "true"}, labels',
    )
    expect(inWorld(service('s', port80) + sleepy).endpoints).toMatchObject([{ ready: false }])
    const published = port80.replace('{ selector', '{ publishNotReadyAddresses: true, selector')
    expect(inWorld(service('s', published) + sleepy).endpoints).toMatchObject([{ ready: true }])
  })
  it('gives one endpoint per address of the families of the Service', () => {
    const dual = port80.replace('{ selector', '{ ipFamilyPolicy: RequireDualStack, selector')
    expect(inWorld(service('s', dual) + deployment('ui')).endpoints.map(({ family }) => family)).toEqual([4, 6])
    const six = port80.replace('{ selector', '{ ipFamilies: [IPv6], selector')
    expect(inWorld(service('s', six) + deployment('ui')).endpoints.map(({ address }) => address)).toEqual([
      'fd00:10:244:1::2',
    ])
  })
  it('names the host of a pod whose subdomain is the Service', () => {
    const more = 'hostname: a\n      subdomain: s'
    expect(inWorld(service('s', port80) + deployment('ui', { more })).endpoints[0]?.hostname).toBe('a')
    expect(
      inWorld(service('s', port80) + deployment('ui', { more: more.replace('subdomain: s', 'subdomain: t') }))
        .endpoints[0],
    ).not.toHaveProperty('hostname')
  })
  it('leads by hand to addresses beyond the pods, and to pods by their address, per port name', () => {
    const endpoints =
      '\napiVersion: v1\nkind: Endpoints\nmetadata: { name: s, namespace: shop }\nsubsets: [{ addresses: [{ ip: 192.0.2.1 }, { ip: 10.9.0.1 }], ports: [{ name: web, port: 9000 }, { name: other, port: 1 }] }]\n---'
    const text =
      service('s', '{ ports: [{ name: web, port: 80 }] }') + endpoints + pod('p', { status: '{ podIP: 10.9.0.1 }' })
    expect(inWorld(text).endpoints).toMatchObject([
      { address: '192.0.2.1', targetPort: 9000 },
      { address: '10.9.0.1', targetPort: 9000, pod: { name: 'p' }, node: 'node-1' },
    ])
    expect(inWorld(text).endpoints[0]).not.toHaveProperty('pod')
  })
  it('gives none for ExternalName', () => {
    expect(
      inWorld(
        service('s', '{ type: ExternalName, externalName: a.b, selector: { app: ui }, ports: [{ port: 80 }] }') +
          deployment('ui'),
      ).endpoints,
    ).toEqual([])
  })
})

describe('backendsOf', () => {
  it('gives each address once, also for a headless Service without ports', () => {
    const { found, world } = inWorld(
      service('s', '{ clusterIP: None, selector: { app: ui } }') + deployment('ui', { replicas: 2 }),
    )
    expect(endpointsOf(found, world)).toEqual([])
    expect(backendsOf(found, world).map(({ address }) => address)).toEqual(['10.244.1.2', '10.244.1.3'])
  })
})
