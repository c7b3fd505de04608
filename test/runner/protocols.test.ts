import { beforeAll, describe, expect, it } from 'vitest'
import { denyIngress, pod, policy, service } from './objects.ts'
import { type Ran, runInLab } from './run-in-lab.ts'

const inPod = (name: string) => ({ namespace: 'web', as: `pod/${name}` })
const each = (expected: unknown, from: string, to: readonly string[], more = {}) => ({
  ...{ from, to, expect: expected },
  ...more,
})
const port = (name: string, protocol: string) => ({ workload: `db/pod/${name}`, port: 8080, protocol })
const web = (name: string) => ({ ...port(name, 'HTTP'), path: '/' })

/** `from to: status cause reason`, line by line. */
function table({ results }: Ran, wanted: (expected: string) => boolean = () => true): string[] {
  return results
    .filter((result) => wanted(result.expect))
    .map(({ from, to, expect: expected, status, cause, observed }) =>
      [`${from} -> ${to}`, `${expected}:`, status, cause, observed?.reason].filter(Boolean).join(' '),
    )
}

describe('paths of every protocol', () => {
  let ran: Ran

  beforeAll(async () => {
    const ports = [{ name: 'u', port: 80, protocol: 'UDP', targetPort: 8080 }]
    ran = await runInLab({
      objects: [
        ...['a', 'b', 'c', 'no-dns'].map((name) => pod(`web/${name}`)),
        ...['free', 'shut', 'forbidding', 'broken'].map((name) => pod(`db/${name}`)),
        ...[denyIngress('db/shut', 'shut'), service('db/free', { ports }), service('db/shut', { ports })],
        service('db/secure', { selector: { app: 'free' }, ports: [{ port: 443, targetPort: 8080 }] }),
        policy('web/no-dns', {
          podSelector: { matchLabels: { app: 'no-dns' } },
          policyTypes: ['Egress'],
          egress: [{ to: [{ podSelector: {} }] }],
        }),
      ],
      spec: {
        lab: {
          faults: [
            { kind: 'http-status', pod: 'db/forbidding', status: 403 },
            { kind: 'http-status', pod: 'db/broken', status: 500 },
          ],
        },
        sources: Object.fromEntries(['a', 'b', 'c', 'no-dns'].map((name) => [name, inPod(name)])),
        targets: {
          ...{ free: port('free', 'UDP'), shut: port('shut', 'UDP'), nobody: { ...port('free', 'UDP'), port: 9 } },
          ...{ secret: port('shut', 'TLS'), forbidding: web('forbidding'), broken: web('broken'), closed: web('shut') },
          ...{ tls: 'tls://secure.db:443', https: 'https://secure.db/' },
        },
        paths: [
          each('allowed', 'a', [
            'free',
            'shut',
            'nobody',
            'udp://free.db:80',
            'udp://free.db:99',
            'udp://kube-dns.kube-system:53',
          ]),
          each('blocked', 'b', [
            'free',
            'shut',
            'nobody',
            'udp://shut.db:80',
            'udp://free.db:99',
            'udp://kube-dns.kube-system:53',
          ]),
          each('allowed', 'a', ['tls', 'https', 'secret', 'closed', 'forbidding']),
          each('blocked', 'b', ['tls', 'secret', 'https', 'closed', 'forbidding']),
          each('blocked', 'c', ['tls', 'closed', 'forbidding', 'broken'], { layer: 7 }),
          each({ status: [200, 403] }, 'a', ['forbidding']),
          each({ body: 'db/free' }, 'a', ['https']),
          each({ body: 'nowhere' }, 'a', ['https']),
          each({ header: { 'Content-Type': 'json' } }, 'a', ['https']),
          each({ header: { 'X-Other': 'json' } }, 'a', ['https']),
          each({ tls: { verified: true } }, 'a', ['tls', 'https']),
          each({ tls: { verified: false, serverName: 'other.example' } }, 'a', ['https']),
          each({ rcode: 'NODATA' }, 'a', ['dns://free.db?type=AAAA']),
          each({ rcode: 'NXDOMAIN' }, 'b', ['dns://free.db?type=AAAA', 'dns://free']),
          each('allowed', 'a', ['dns://free.db', 'dns://free']),
          each({ addresses: ['10.96.255.254'] }, 'b', ['dns://free.db']),
          each('blocked', 'c', ['dns://free.db']),
          each('blocked', 'no-dns', ['dns://free.db', 'udp://10.96.0.10:53', 'udp://10.96.0.99:53']),
          each({ rcode: 'NXDOMAIN' }, 'no-dns', ['dns://free']),
          each('allowed', 'no-dns', ['tcp://a.web:8080', 'web/pod/a:8080']),
        ],
      },
    })
  })

  it('that must work pass only on an answer as asked', () => {
    expect(table(ran, (expected) => !expected.startsWith('blocked'))).toEqual([
      'a -> free allowed: pass udp_answered',
      'a -> shut allowed: fail policy udp_silent',
      'a -> nobody allowed: fail not_listening udp_rejected',
      'a -> udp://free.db:80 allowed: pass udp_answered',
      'a -> udp://free.db:99 allowed: fail no_such_port udp_rejected',
      'a -> udp://kube-dns.kube-system:53 allowed: pass udp_answered',
      'a -> tls allowed: pass connected',
      'a -> https allowed: pass answered',
      'a -> secret allowed: fail policy connect_timeout',
      'a -> closed allowed: fail policy connect_timeout',
      'a -> forbidding allowed: fail http http_status',
      'a -> forbidding status 200 or 403: pass answered',
      'a -> https body with "db/free": pass answered',
      'a -> https body with "nowhere": fail http http_body',
      'a -> https header Content-Type: json: pass answered',
      'a -> https header X-Other: json: fail http http_header',
      'a -> tls verified TLS: fail tls tls_untrusted',
      'a -> https verified TLS: fail tls tls_untrusted',
      'a -> https server name other.example: pass answered',
      'a -> dns://free.db?type=AAAA NODATA: pass dns_nodata',
      'b -> dns://free.db?type=AAAA NXDOMAIN: fail answer dns_nodata',
      'b -> dns://free NXDOMAIN: pass dns_nxdomain',
      'a -> dns://free.db allowed: pass answered',
      'a -> dns://free allowed: fail dns dns_nxdomain',
      'b -> dns://free.db 10.96.255.254: fail answer answered',
      'no-dns -> dns://free NXDOMAIN: fail dns dns_timeout',
      'no-dns -> tcp://a.web:8080 allowed: fail no_such_name dns_timeout',
      'no-dns -> web/pod/a:8080 allowed: pass connected',
    ])
  })

  it('that must be blocked pass only on a block, with somebody who listens', () => {
    expect(table(ran, (expected) => expected === 'blocked')).toEqual([
      'b -> free blocked: fail policy udp_answered',
      'b -> shut blocked: pass udp_silent',
      'b -> nobody blocked: inconclusive not_listening udp_rejected',
      'b -> udp://shut.db:80 blocked: pass udp_silent',
      'b -> udp://free.db:99 blocked: inconclusive no_such_port udp_rejected',
      'b -> udp://kube-dns.kube-system:53 blocked: fail policy dns_nxdomain',
      'b -> tls blocked: fail policy connected',
      'b -> secret blocked: pass connect_timeout',
      'b -> https blocked: fail policy connected',
      'b -> closed blocked: pass connect_timeout',
      'b -> forbidding blocked: fail policy connected',
      'c -> dns://free.db blocked: fail policy dns_nxdomain',
      'no-dns -> dns://free.db blocked: pass dns_timeout',
      'no-dns -> udp://10.96.0.10:53 blocked: pass dns_timeout',
      'no-dns -> udp://10.96.0.99:53 blocked: inconclusive no_control dns_timeout',
    ])
  })

  it('that must be blocked at layer 7 pass on a refusal or a block, and nothing is known from a server that is broken', () => {
    expect(table(ran, (expected) => expected === 'blocked (layer 7)')).toEqual([
      'c -> tls blocked (layer 7): fail open connected',
      'c -> closed blocked (layer 7): pass connect_timeout',
      'c -> forbidding blocked (layer 7): pass http_status',
      'c -> broken blocked (layer 7): inconclusive http http_status',
    ])
  })
})
