import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Fabric } from '../../../fabric/fabric.ts'
import { serviceRuleset } from '../../../lab/rules/services.ts'
import * as worlds from '../worlds.ts'
import { load } from './kernel.ts'
import { connectSocket, node, openSmallLab, pod, podIn, service } from './small-lab.ts'

const [a, b, client] = ['10.1.0.1', '10.1.0.2', '10.1.0.9']
const [n1, n2, outside] = ['172.18.0.2', '172.18.0.3', '203.0.113.1']

describe('serviceRuleset, seen by packets', () => {
  let lab: Fabric
  beforeAll(async () => {
    const dual = { ipFamilies: ['IPv4', 'IPv6'], ipFamilyPolicy: 'RequireDualStack' }
    const http = (nodePort: number) => ({ ports: [{ name: 'http', port: 80, targetPort: 'http', nodePort }] })
    lab = await openSmallLab(
      [
        node('n1', [n1, 'fd18::2']),
        node('n2', [n2, 'fd18::3']),
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'x' } },
        pod('a', 'n1', [a, 'fd00::1']),
        pod('b', 'n2', [b, 'fd00::2']),
        pod('starting', 'n1', ['10.1.0.3', 'fd00::3'], { ready: false }),
        pod('client', 'n1', [client, 'fd00::9']),
        service('a', { selector: { app: 'a' }, clusterIP: '10.96.1.1', clusterIPs: ['10.96.1.1', 'fd96::1'], ...dual }),
        service('b', {
          selector: { app: 'b' },
          clusterIP: '10.96.1.2',
          clusterIPs: ['10.96.1.2', 'fd96::2'],
          ...dual,
          type: 'NodePort',
          ...http(30080),
        }),
        service('none', { selector: { app: 'starting' }, clusterIP: '10.96.1.3' }),
        service('inner', { selector: { app: 'b' }, clusterIP: '10.96.1.4', internalTrafficPolicy: 'Local' }),
        service('outer', {
          selector: { app: 'b' },
          clusterIP: '10.96.1.5',
          type: 'NodePort',
          externalTrafficPolicy: 'Local',
          ...http(30081),
        }),
        service('external', { selector: { app: 'a' }, clusterIP: '10.96.1.6', externalIPs: ['198.51.100.7'] }),
        service('all', { selector: { half: 'yes' }, clusterIP: '10.96.1.7' }),
        pod('left', 'n1', ['10.1.0.11'], { labels: { half: 'yes' } }),
        pod('right', 'n2', ['10.1.0.12'], { labels: { half: 'yes' } }),
      ],
      { externals: ['203.0.113.50:443'] },
    )
  })
  afterAll(() => lab[Symbol.asyncDispose]())

  test('a ClusterIP leads to the target port of its endpoint, which sees the client’s own address, in both families and protocols', async () => {
    const targets = ['tcp://10.96.1.1:80', 'tcp://[fd96::1]:80', 'udp://10.96.1.1:53', 'udp://[fd96::1]:53']
    expect(await connectSocket(lab, podIn('client'), targets)).toEqual([
      `x/a saw ${client}`,
      'x/a saw fd00::9',
      `x/a saw ${client}`,
      'x/a saw fd00::9',
    ])
  })

  test('every ready endpoint is drawn sooner or later', async () => {
    const said = await connectSocket(
      lab,
      podIn('client'),
      Array.from({ length: 40 }, () => 'tcp://10.96.1.7:80'),
    )
    expect(new Set(said)).toEqual(new Set([`x/left saw ${client}`, `x/right saw ${client}`]))
  })

  test('a ClusterIP without ready endpoint, and a port that it does not have, reject at once', async () => {
    const targets = ['tcp://10.96.1.3:80', 'udp://10.96.1.3:53', 'tcp://10.96.1.1:81', 'tcp://[fd96::1]:81']
    expect(await connectSocket(lab, podIn('client'), targets)).toEqual([
      'connect_refused',
      'udp_rejected',
      'connect_refused',
      'connect_refused',
    ])
    expect(await connectSocket(lab, { kind: 'node', node: 'n1' }, ['tcp://10.96.1.3:80'])).toEqual(['connect_refused'])
  })

  test('internalTrafficPolicy Local is silent where the node has no endpoint, and works where it has one', async () => {
    expect(await connectSocket(lab, podIn('client'), ['tcp://10.96.1.4:80'])).toEqual(['connect_timeout'])
    expect(await connectSocket(lab, podIn('right'), ['tcp://10.96.1.4:80'])).toEqual(['x/b saw 10.1.0.12'])
  })

  test('rule 54: a Service that leads back to its caller shows it the address of its node', async () => {
    expect(await connectSocket(lab, podIn('a'), ['tcp://10.96.1.1:80', 'tcp://[fd96::1]:80'])).toEqual([
      `x/a saw ${n1}`,
      'x/a saw fd18::2',
    ])
  })

  test('rule 33: a NodePort shows the client’s address on the endpoint’s own node, the entry node’s elsewhere', async () => {
    const targets = [`tcp://${n1}:30080`, `tcp://${n2}:30080`, 'tcp://[fd18::2]:30080', 'tcp://[fd18::3]:30080']
    expect(await connectSocket(lab, { kind: 'outside' }, targets)).toEqual([
      `x/b saw ${n1}`,
      `x/b saw ${outside}`,
      'x/b saw fd18::2',
      'x/b saw 2001:db8:cc::1',
    ])
  })

  test('externalTrafficPolicy Local is silent on a node without endpoint for the outside, and leads pods and the node itself anywhere', async () => {
    const targets = [`tcp://${n1}:30081`, `tcp://${n2}:30081`]
    expect(await connectSocket(lab, { kind: 'outside' }, targets)).toEqual(['connect_timeout', `x/b saw ${outside}`])
    expect(await connectSocket(lab, podIn('client'), [targets[0]!])).toEqual([`x/b saw ${client}`])
    expect(await connectSocket(lab, { kind: 'node', node: 'n1' }, [targets[0]!])).toEqual([`x/b saw ${n1}`])
  })

  test('an external address leads to the endpoint as a NodePort does', async () => {
    expect(await connectSocket(lab, { kind: 'outside' }, ['tcp://198.51.100.7:80'])).toEqual([`x/a saw ${outside}`])
  })

  test('what pods send beyond pods and nodes has their node as source', async () => {
    expect(await connectSocket(lab, podIn('client'), ['tcp://203.0.113.50:443'])).toEqual([`outside saw ${n1}`])
  })

  test('a process of the node reaches ClusterIPs as well', async () => {
    expect(await connectSocket(lab, { kind: 'node', node: 'n1' }, ['tcp://10.96.1.1:80'])).toEqual([`x/a saw ${n1}`])
  })
})

/** Protocols as numbers: their names come from /etc/protocols, which not every machine has. */
const byNumber = ['--numeric-protocol', 'list', 'ruleset']

describe('serviceRuleset', () => {
  test('headless Services and ExternalName have no rules', () => {
    const services = [
      worlds.service('x/headless', [], { headless: true }),
      worlds.service('x/elsewhere', [], { type: 'ExternalName', externalName: 'example.com' }),
    ]
    const text = serviceRuleset({
      world: worlds.world({ pods: [worlds.pod('x/headless', [a])], services }),
      node: 'n1',
    })
    expect(text).not.toContain(' : goto')
  })

  test('endpoints of SCTP ports are translated', () => {
    const sctp = { ports: [{ port: 7, protocol: 'SCTP', targetPort: 8 }] } as const
    const of = worlds.world({ pods: [worlds.pod('x/s', [a])], services: [worlds.service('x/s', ['10.96.0.7'], sctp)] })
    const listed = load([serviceRuleset({ world: of, node: 'n1' })], byNumber)
    expect(listed).toContain(`10.96.0.7 . 132 . 7 . 0x00000000 : ${a} . 8`)
  })

  test('an address and port that two Services claim belongs to the first', () => {
    const pods = [worlds.pod('x/first', [a]), worlds.pod('x/second', [b])]
    const services = ['x/first', 'x/second'].map((key) => worlds.service(key, ['10.96.0.7']))
    const listed = load([serviceRuleset({ world: worlds.world({ pods, services }), node: 'n1' })])
    expect(listed).toContain(`: ${a} . 8080`)
    expect(listed).not.toContain(`: ${b} . 8080`)
  })

  test('500 Services of two families load without rights', () => {
    const indices = Array.from({ length: 500 }, (_, index) => index)
    const host = (index: number) => `${String(index >> 8)}.${String(index & 255)}`
    const pods = indices.map((index) =>
      worlds.pod(`x/s${String(index)}`, [`10.1.${host(index)}`, `fd00::${index.toString(16)}`], {
        labels: { third: String(index % 167) },
      }),
    )
    const services = indices.map((index) =>
      worlds.service(`x/s${String(index)}`, [`10.96.${host(index)}`, `fd96::${index.toString(16)}`], {
        type: 'NodePort',
        selector: { third: String(index % 167) },
        ports: [{ port: 80, protocol: 'TCP', targetPort: 8080, nodePort: 30_000 + index }],
      }),
    )
    const listed = load([serviceRuleset({ world: worlds.world({ pods, services }), node: 'n1' })], byNumber)
    expect(listed.match(/ \. 6 \. 80 : goto plain_\d/g)).toHaveLength(1000)
  })
})
