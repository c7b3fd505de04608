import { describe, expect, it } from 'vitest'
import { hostsIn } from '../../lint/hosts/extract.ts'
import { lintText } from './linted.ts'

/** `host:port form` of a variable's text. */
function hosts(name: string, text: string, form: 'setting' | 'file' = 'setting'): string[] {
  return hostsIn({ name, text, form }).map(
    ({ host, port, form: how }) => `${host}${port === undefined ? '' : `:${port}`} ${how}`,
  )
}

it.each([
  ['A', 'http://web', ['web:80 url']],
  ['A', 'HTTPS://Web.Shop.svc/path?x=1', ['web.shop.svc:443 url']],
  ['A', 'postgres://user:p%40ss@db:5432/x?sslmode=off', ['db:5432 url']],
  ['A', 'jdbc:postgresql://db:5432/x', ['db:5432 url']],
  ['A', 'mongodb://a:27017,b:27018/x', ['a:27017 url', 'b:27018 pair']],
  ['A', '1@zk-0.zk:2888;2@zk-1.zk:2888', ['zk-0.zk:2888 pair', 'zk-1.zk:2888 pair']],
  ['A', 'upstream=web:80 timeout=30', ['web:80 pair']],
  ['A', 'r2dbc:postgresql://$(DB_HOST):$(DB_PORT)/x', []],
  ['A', 'PLAINTEXT://:9092,CONTROLLER://:9093', []],
  ['A', 'PLAINTEXT://$(NAME).kafka.data.svc.cluster.local:9092', ['*.kafka.data.svc.cluster.local:9092 url']],
  ['A', 'http://{{ .Values.host }}/', []],
  ['A', 'file://etc/passwd s3://bucket/key unix://run/x vault://secret', []],
  ['A', 's3://minio.data.svc:9000/bucket', ['minio.data.svc:9000 url']],
  ['A', '10.0.0.1:80 12:30 [::1]:80 0.0.0.0:8080', []],
  ['A', 'db', []],
  ['DB_HOST', 'db', ['db name']],
  ['db.host', 'db', ['db name']],
  ['DB_HOST', 'db other', ['db name', 'other name']],
  ['BIND_ADDRESS', 'any', []],
  ['ALLOWED_HOSTS', 'app,web', []],
  ['VIRTUAL_HOST', 'app', []],
  ['SESSION_HOST', 'Berlin', []],
  ['GHOST', 'db', []],
  ['A', 'api.shop.svc.cluster.local.', ['api.shop.svc.cluster.local full']],
] as const)('of %s=%s the hosts are %j', (name, text, expected) => {
  expect(hosts(name, text)).toEqual(expected)
})

it('a file names hosts by URLs, pairs and full names only', () => {
  expect(hosts('DB_HOST', 'db\nhttp://web\nx: y.z.svc', 'file')).toEqual(['web:80 url', 'y.z.svc full'])
})

describe('names that only look like those of the cluster are left alone', () => {
  const world = (value: string) => `apiVersion: v1
kind: Service
metadata: {name: api, namespace: shop}
spec: {ports: [{port: 80}]}
---
apiVersion: v1
kind: Namespace
metadata: {name: dev}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: c, namespace: shop}
data: {A_HOST: ${JSON.stringify(value)}}
`
  const about = (value: string) =>
    lintText(world(value)).flatMap(({ rule, message }) => (/host|port/.test(rule) ? [`${rule} ${message}`] : []))

  it.each([
    'https://example.dev',
    'https://www.example.dev/',
    'api.io',
    'api.yaml:12',
    'http://api.example.com:8443',
    '_sip._tcp.api.shop.svc.cluster.local',
    '10-0-0-1.shop.pod.cluster.local',
    'metrics.k8s.io',
    'db.internal:5432',
    'kubernetes.default.svc.cluster.local',
    'kube-dns.kube-system.svc:53',
    'api.$(NAMESPACE).svc:80',
    '$(HOST).example.com',
    'localhost:8080',
  ])('%s', (value) => {
    expect(about(value)).toEqual([])
  })

  it.each([
    ['http://api.dev', 'unknown-host A_HOST names api.dev:80, and namespace dev has no Service api'],
    ['api.staging:80', 'unknown-host A_HOST names api.staging:80, and there is no namespace staging'],
    ['api.shop:81', 'unknown-service-port A_HOST names api.shop:81, which has no such port: it has 80'],
    ['x.shop.svc', 'unknown-host A_HOST names x.shop.svc, and namespace shop has no Service x'],
  ])('and %s is not', (value, expected) => {
    expect(about(value)).toEqual([expected])
  })

  it('a script may name files and groups of servers as it likes', () => {
    expect(about('cat api.staging:12\nupstream web { }\nproxy_pass http://web/;\n')).toEqual([])
    expect(about('curl http://x.shop.svc/\n#')).toEqual([
      'unknown-host A_HOST names x.shop.svc:80, and namespace shop has no Service x',
    ])
  })
})
