import { describe, expect, test } from 'vitest'
import type { DnsRecord } from '../../../lab/dns/answer.ts'
import { zoneOf } from '../../../lab/dns/zone.ts'
import { pod, service, world } from '../worlds.ts'

const broker = (index: number, ready = true) =>
  pod(`data/kafka-${String(index)}`, [`10.1.0.${String(index + 1)}`, `fd00::${String(index + 1)}`], {
    labels: { app: 'kafka' },
    hostname: `kafka-${String(index)}`,
    subdomain: 'kafka',
    ready,
  })

const zone = zoneOf(
  world({
    dns: { kind: 'found', service: { namespace: 'kube-system', name: 'kube-dns' } },
    pods: [broker(0), broker(1), broker(2, false), pod('web/web', ['10.1.0.9'])],
    services: [
      service('kube-system/kube-dns', ['10.96.0.10'], {
        ports: [{ name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 }],
      }),
      service('data/kafka', [], {
        headless: true,
        selector: { app: 'kafka' },
        ports: [{ name: 'plain', port: 9092, protocol: 'TCP', targetPort: 9092 }],
      }),
      service('data/early', [], {
        headless: true,
        selector: { app: 'kafka' },
        publishNotReadyAddresses: true,
        ports: [],
        ipFamilies: [4],
      }),
      service('data/nobody', [], { headless: true, selector: { app: 'none' } }),
      service('web/web', ['10.96.0.1', 'fd96::1'], {
        ports: [
          { name: 'http', port: 80, protocol: 'TCP', targetPort: 8080 },
          { name: 'alt', port: 81, protocol: 'TCP', targetPort: 8081 },
        ],
      }),
      service('web/single', ['10.96.0.2'], { ipFamilies: [4] }),
      service('web/db', [], { type: 'ExternalName', externalName: 'db.example.com', selector: undefined }),
      service('web/inner', [], {
        type: 'ExternalName',
        externalName: 'web.web.svc.cluster.local.',
        selector: undefined,
      }),
      service('web/lost', [], {
        type: 'ExternalName',
        externalName: 'gone.web.svc.cluster.local',
        selector: undefined,
      }),
      service('web/literal', [], { type: 'ExternalName', externalName: '192.0.2.1', selector: undefined }),
      service('web/loop', [], {
        type: 'ExternalName',
        externalName: 'loop.web.svc.cluster.local',
        selector: undefined,
      }),
      service('web/huge', [], {
        type: 'ExternalName',
        externalName: `${'x'.repeat(64)}.example.com`,
        selector: undefined,
      }),
    ],
  }),
  { names: new Map([['db.example.com', ['192.0.2.7', '2001:db8::7']]]) },
)

const data = (record: DnsRecord): string => {
  const fields = Object.entries(record).filter(([key]) => !['name', 'ttl', 'type'].includes(key))
  return [record.type, ...fields.map(([, value]) => value)].join(' ')
}
const ask = (name: string, type: string): string => {
  const { rcode, records, authority } = zone(name, type)
  const negative =
    authority.length === 0 ? '' : ` (${authority.map((record) => `${record.type} ${record.name}`).join()})`
  return records.length === 0 ? `${rcode}${negative}` : records.map(data).toSorted().join(', ')
}
const local = (name: string) => `${name}.cluster.local`
const nodata = 'NOERROR (SOA cluster.local)'
const nxdomain = 'NXDOMAIN (SOA cluster.local)'

describe('zoneOf', () => {
  test.each([
    ['web.web.svc', 'A', 'A 10.96.0.1'],
    ['web.web.svc', 'AAAA', 'AAAA fd96::1'],
    ['single.web.svc', 'AAAA', nodata],
    ['web.web.svc', 'TXT', nodata],
    ['web.web.svc', 'MX', nodata],
    ['web.data.svc', 'A', nxdomain],
    ['web.old.svc', 'A', nxdomain],
    ['old.svc', 'A', nxdomain],
    ['web.svc', 'A', nodata],
    ['web.pod', 'A', nodata],
    ['svc', 'A', nodata],
    ['web', 'A', nxdomain],
    ['api.web', 'A', nxdomain],
    ['a.b.c.web.web.svc', 'A', nxdomain],
  ])('%s %s: %s', (name, type, said) => {
    expect(ask(local(name), type)).toBe(said)
  })

  test.each([
    ['kafka.data.svc', 'A', 'A 10.1.0.1, A 10.1.0.2'],
    ['kafka.data.svc', 'AAAA', 'AAAA fd00::1, AAAA fd00::2'],
    ['kafka-0.kafka.data.svc', 'A', 'A 10.1.0.1'],
    ['kafka-2.kafka.data.svc', 'A', nxdomain],
    ['kafka-3.kafka.data.svc', 'A', nxdomain],
    ['early.data.svc', 'A', 'A 10.1.0.1, A 10.1.0.2, A 10.1.0.3'],
    ['10-1-0-3.early.data.svc', 'A', 'A 10.1.0.3'],
    ['early.data.svc', 'SRV', nodata],
    ['nobody.data.svc', 'A', nxdomain],
    ['10-1-0-9.web.web.svc', 'A', 'A 10.1.0.9'],
  ])('headless and endpoint names: %s %s: %s', (name, type, said) => {
    expect(ask(local(name), type)).toBe(said)
  })

  test.each([
    ['_http._tcp.web.web.svc', 'SRV', 'SRV 0 50 80 web.web.svc.cluster.local'],
    ['_http._tcp.web.web.svc', 'A', 'A 10.96.0.1'],
    ['_http._udp.web.web.svc', 'SRV', nxdomain],
    ['_none._tcp.web.web.svc', 'SRV', nxdomain],
    [
      '_plain._tcp.kafka.data.svc',
      'SRV',
      'SRV 0 25 9092 kafka-0.kafka.data.svc.cluster.local, SRV 0 25 9092 kafka-1.kafka.data.svc.cluster.local',
    ],
    ['db.web.svc', 'SRV', nodata],
  ])('ports: %s %s: %s', (name, type, said) => {
    expect(ask(local(name), type)).toBe(said)
  })

  test('SRV answers bring the addresses of their targets', () => {
    const { additional } = zone(local('_plain._tcp.kafka.data.svc'), 'SRV')
    expect(additional.map((record) => `${record.name} ${data(record)}`)).toContain(
      'kafka-1.kafka.data.svc.cluster.local AAAA fd00::2',
    )
  })

  test.each([
    ['db.web.svc', 'A', 'A 192.0.2.7, CNAME db.example.com'],
    ['db.web.svc', 'CNAME', 'CNAME db.example.com'],
    ['inner.web.svc', 'A', 'A 10.96.0.1, CNAME web.web.svc.cluster.local'],
    ['lost.web.svc', 'A', nodata],
    ['literal.web.svc', 'A', nxdomain],
    ['loop.web.svc', 'A', nodata],
    ['huge.web.svc', 'A', nxdomain],
    ['x.db.web.svc', 'A', nxdomain],
  ])('ExternalName: %s %s: %s', (name, type, said) => {
    expect(ask(local(name), type)).toBe(said)
  })

  test.each([
    ['10-1-0-9.web.pod', 'A', 'A 10.1.0.9'],
    ['10-1-0-9.data.pod', 'A', nxdomain],
    ['fd00--1.data.pod', 'AAAA', 'AAAA fd00::1'],
    ['10-1-0-200.web.pod', 'A', nxdomain],
    ['nonsense.web.pod', 'A', nxdomain],
  ])('pod addresses are names in their own namespace: %s %s: %s', (name, type, said) => {
    expect(ask(local(name), type)).toBe(said)
  })

  test.each([
    ['cluster.local', 'SOA', 'SOA ns.dns.cluster.local hostmaster.cluster.local 1 7200 1800 86400 30'],
    ['cluster.local', 'NS', 'NS ns.dns.cluster.local'],
    ['cluster.local', 'A', nodata],
    ['ns.dns.cluster.local', 'A', 'A 10.96.0.10'],
    ['dns-version.cluster.local', 'TXT', 'TXT 1.1.0'],
    ['WEB.Web.svc.Cluster.LOCAL.', 'A', 'A 10.96.0.1'],
  ])('the zone itself: %s %s: %s', (name, type, said) => {
    expect(ask(name, type)).toBe(said)
  })

  test.each([
    ['1.0.96.10.in-addr.arpa', 'PTR', 'PTR web.web.svc.cluster.local'],
    [
      '1.0.1.10.in-addr.arpa',
      'PTR',
      'PTR 10-1-0-1.early.data.svc.cluster.local, PTR kafka-0.kafka.data.svc.cluster.local',
    ],
    [`2.${'0.'.repeat(27)}0.0.d.f.ip6.arpa`, 'PTR', 'PTR kafka-1.kafka.data.svc.cluster.local'],
    ['1.0.96.10.in-addr.arpa', 'A', 'NOERROR (SOA in-addr.arpa)'],
    ['1.2.0.192.in-addr.arpa', 'PTR', 'NXDOMAIN (SOA in-addr.arpa)'],
  ])('addresses backwards: %s %s: %s', (name, type, said) => {
    expect(ask(name, type)).toBe(said)
  })

  test.each([
    ['db.example.com', 'A', 'A 192.0.2.7'],
    ['db.example.com', 'MX', 'NOERROR'],
    ['www.example.com', 'A', 'SERVFAIL'],
    ['api.web', 'A', 'NXDOMAIN (SOA )'],
    ['api.old-namespace', 'A', 'NXDOMAIN (SOA )'],
    ['api', 'A', 'NXDOMAIN (SOA )'],
  ])('beyond the cluster: %s %s: %s', (name, type, said) => {
    expect(ask(name, type)).toBe(said)
  })

  test('a name in a public domain that is also a namespace here does not exist', () => {
    const dev = zoneOf(world({ pods: [pod('dev/a', ['10.1.0.1'])] }))
    expect(dev('api.dev', 'A').rcode).toBe('NXDOMAIN')
    expect(zone('api.dev', 'A').rcode).toBe('SERVFAIL')
  })

  test('the server speaks with authority for the cluster alone', () => {
    const names = [local('web.web.svc'), local('none.web.svc'), 'db.example.com', 'www.example.com']
    expect(names.map((name) => zone(name, 'A').authoritative)).toEqual([true, true, false, false])
  })
})
