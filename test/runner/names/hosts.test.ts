import { describe, expect, it } from 'vitest'
import { lookUpHost } from '../../../fabric/lookup/host-lookup.ts'
import { hintOf } from '../../../fabric/lookup/missing.ts'
import { createAllocator } from '../../../fabric/manifests/allocator.ts'
import { readManifests } from '../../../fabric/manifests/read.ts'
import { buildWorld } from '../../../fabric/manifests/world.ts'
import type { World } from '../../../fabric/world.ts'
import { destinationsOf } from '../../../runner/plan/destinations-of-target.ts'
import { namespace, pod, service } from '../objects.ts'

function worldOf(objects: readonly object[]): World {
  const text = objects.map((each) => JSON.stringify(each)).join('\n---\n')
  return buildWorld(readManifests([{ file: 'all.yaml', text }]).objects, { allocator: createAllocator() }).world
}

const objects = [
  ...['front', 'data', 'dev', 'shop-backend'].map((name) => namespace(name)),
  ...[pod('front/ui'), pod('data/redis'), pod('shop-backend/api'), pod('dev/web')],
  ...[service('data/redis'), service('shop-backend/api'), service('dev/web')],
  ...[service('data/db', { clusterIP: 'None', selector: { app: 'db' } })],
  ...[pod('data/db-0', { labels: { app: 'db' }, spec: { hostname: 'db-0', subdomain: 'db' } })],
  service('front/partner', {
    type: 'ExternalName',
    externalName: 'erp.partner',
    selector: undefined,
    ports: undefined,
  }),
]
const town = worldOf(objects)

/** `service ns/name`, `pods …`, `external`, or what is missing. */
function reading(host: string, from = 'front', world = town): string {
  const named = lookUpHost(host, from === 'outside' ? undefined : from, world)
  switch (named.kind) {
    case 'service':
      return `service ${named.service.namespace}/${named.service.name}`
    case 'pods':
      return `pods ${named.pods.map(({ name }) => name).join()}`
    case 'nothing':
      return `${named.missing.sentence} / ${named.missing.unsure ?? hintOf(named.missing) ?? '-'}`
    default:
      return named.kind
  }
}

describe('a host that no object has', () => {
  it.each([
    ['redis.dta', 'there is no namespace dta / did you mean data?'],
    ['redis.dta.svc', 'there is no namespace dta / did you mean data?'],
    ['redis.dta.svc.cluster.local', 'there is no namespace dta / did you mean data?'],
    ['redsi.data', 'namespace data has no Service redsi / did you mean redis?'],
    ['api.shop-backnd.svc', 'there is no namespace shop-backnd / did you mean shop-backend?'],
    ['redis.nowhere', 'there is no namespace nowhere / Service redis is in data'],
    ['cache.nowhere', 'there is no namespace nowhere / -'],
    ['cache.data', 'namespace data has no Service cache / -'],
    ['cache.dev', 'namespace dev has no Service cache / -'],
    ['redis.app', 'there is no namespace app / Service redis is in data'],
    ['web.de', 'there is no namespace de / did you mean dev?'],
    [
      'api',
      'namespace front has no Service api / it is in another namespace: write api.shop-backend.svc.cluster.local',
    ],
    ['ap', 'namespace front has no Service ap / -'],
    ['db-7.db.data', 'Service data/db has no pod db-7 / its pods are db-0'],
    ['db-0.db.dta', 'there is no namespace dta / did you mean data?'],
    [
      'redis.data.cluster.local',
      'a name of a Service ends in .svc.cluster.local / did you mean redis.data.svc.cluster.local?',
    ],
    [
      'redis.data.svc.cluster.loca',
      "the cluster's domain is cluster.local / did you mean redis.data.svc.cluster.local?",
    ],
    ['redis.data.svc.cluster', "the cluster's domain is cluster.local / did you mean redis.data.svc.cluster.local?"],
    ['redis.data.', 'a final dot shuts out the search list / did you mean redis.data.svc.cluster.local.?'],
    ['a.b.c.d.svc', 'no object has such a name / -'],
  ])('%s is an unknown host: %s', (host, expected) => {
    expect(reading(host)).toBe(expected)
  })

  it.each([
    ...[
      'example.com',
      'www.example.dev',
      'redis.io',
      'cache.app',
      'redis.com',
      'cache.de',
      'shop.example.de',
      'api.eu-west-1.amazonaws.com',
    ],
    ...[
      'db.corp.internal',
      'api.corp.local',
      'vault.service.consul',
      'nas.local',
      'a.b.c.d',
      'erp.partner',
      'www.example.sv',
    ],
    ...['api.data.svc.clusterset.local', 'web.shop.svc.other-cluster.corp'],
  ])('%s is outside the cluster', (host) => {
    expect(reading(host)).toBe('external')
  })

  it('is not known where the input has nothing of a namespace that platforms make', () => {
    expect(reading('grafana.monitoring')).toBe(
      'there is no namespace monitoring / namespace monitoring is not in the input',
    )
    expect(reading('metrics-server.kube-system')).toContain('/ namespace kube-system is not in the input')
    expect(reading('kubernetes.default')).toContain('/ the Service of the API server is not in the input')
    const given = worldOf([...objects, namespace('monitoring'), service('monitoring/prometheus')])
    expect(reading('grafana.monitoring', 'front', given)).toBe('namespace monitoring has no Service grafana / -')
  })

  it('is not known where an operator may make it, unless it is nearly one that is there', () => {
    const cluster = {
      apiVersion: 'postgresql.cnpg.io/v1',
      kind: 'Cluster',
      metadata: { namespace: 'data', name: 'pg' },
    }
    const world = worldOf([...objects, cluster])
    expect(reading('pg-rw.data', 'front', world)).toContain('/ Cluster data/pg may create it, and is not simulated')
    expect(reading('redsi.data', 'front', world)).toContain('/ did you mean redis?')
  })

  it('is outside where the lab has a stand-in for it, or a ServiceEntry declares it', () => {
    const world = { ...town, externals: ['legacy.erp', '*.mesh'] }
    expect([reading('legacy.erp', 'front', world), reading('a.mesh', 'front', world)]).toEqual(['external', 'external'])
    expect(reading('old.erp', 'front', world)).toBe('there is no namespace erp / -')
  })
})

describe('a name of the cluster', () => {
  it.each([
    ['redis.data', 'outside', 'service data/redis'],
    ['redis.data.svc', 'outside', 'service data/redis'],
    ['redis', 'data', 'service data/redis'],
    [
      'redis',
      'outside',
      'outside the cluster no search list completes it / it is in another namespace: write redis.data.svc.cluster.local',
    ],
    ['db-0.db', 'data', 'pods db-0'],
    ['db-0.db.data', 'front', 'pods db-0'],
    ['partner', 'front', 'external'],
  ])('%s from %s is %s', (host, from, expected) => {
    expect(reading(host, from)).toBe(expected)
  })

  it('may be made of the address of a pod', () => {
    const { addresses } = town.pods.find(({ name }) => name === 'api')!
    const dashed = addresses[0]!.replaceAll('.', '-')
    expect(reading(`${dashed}.shop-backend.pod.cluster.local`)).toBe('pods api')
    expect(reading(`${dashed}.data.pod.cluster.local`)).toBe('no pod has that address in that namespace / -')
  })

  it('may be in the /etc/hosts of the pods that ask', () => {
    const aliased = pod('front/old', { spec: { hostAliases: [{ ip: '203.0.113.9', hostnames: ['ledger'] }] } })
    expect(reading('ledger', 'front', worldOf([...objects, aliased]))).toBe('external')
    expect(reading('ledger', 'data', worldOf([...objects, aliased]))).toContain('has no Service ledger')
  })
})

it('what could not be read keeps a name from being unknown', () => {
  const target = {
    kind: 'tcp',
    host: 'gone.data',
    port: 80,
    name: 't',
    place: { file: 'x', line: 1, column: 1 },
  } as const
  const gapIn = (world: World) => destinationsOf(target, { world, namespace: 'front' }).unresolvedTarget
  expect(gapIn(town)).toMatchObject({ cause: 'no_such_name' })
  expect(gapIn({ ...town, unread: [{ kind: 'Service', why: 'forbidden' }] })).toMatchObject({ hidden: true })
})
