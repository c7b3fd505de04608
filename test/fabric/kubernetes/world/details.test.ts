import { describe, expect, it } from 'vitest'
import { assumptionsOf } from '../../../../fabric/assumptions.ts'
import { readWorld } from '../../../../fabric/kubernetes/world/world.ts'
import { foreignPoliciesOf } from '../../../../policy/engine/foreign-policies.ts'
import { against, status } from '../api-server.ts'

const pod = (namespace: string, name: string, labels: object, args: readonly string[] = []) => ({
  metadata: { namespace, name, uid: name, labels },
  spec: { nodeName: 'n', hostNetwork: true, containers: [{ name: 'c', args }] },
  status: { phase: 'Running', podIP: '10.1.1.1', conditions: [{ type: 'Ready', status: 'True' }] },
})
const cache = pod('kube-system', 'cache-x', { 'k8s-app': 'node-local-dns' }, ['-localip', '169.254.20.10,10.96.0.10'])
const istiod = pod('mesh', 'istiod-x', { app: 'istiod', 'istio.io/rev': 'canary' })
const strict = { metadata: { namespace: 'roots', name: 'strict' }, spec: { mtls: { mode: 'STRICT' } } }
const istio = '/apis/security.istio.io/v1/peerauthentications'

/** The world of an API server with these objects at their paths, lists included, which refuses some paths. */
async function worldWith(objects: Readonly<Record<string, unknown>>, forbidden: readonly string[] = []) {
  const asked: string[] = []
  const client = await against((request, response) => {
    const path = request.url!.split('?')[0]!
    asked.push(path)
    response.setHeader('content-type', 'application/json')
    const isObject = /\/(pods|configmaps)\/[^/]+$/.test(path)
    if (forbidden.includes(path)) {
      response.statusCode = 403
      response.end(status(403, 'Forbidden', `${path} is forbidden`))
    } else if (path === '/apis') {
      const versions = [{ groupVersion: 'security.istio.io/v1' }]
      response.end(JSON.stringify({ groups: [{ versions }] }))
    } else if (isObject && objects[path] === undefined) {
      response.statusCode = 404
      response.end(status(404, 'NotFound', 'not found'))
    } else response.end(JSON.stringify(isObject ? objects[path] : { items: objects[path] ?? [] }))
  })
  return { world: await readWorld(client, { namespaces: [] }, new AbortController().signal), asked }
}

describe('NodeLocal DNSCache of a live cluster', () => {
  const own = '/api/v1/namespaces/kube-system/pods/cache-x'
  const objects = {
    '/api/v1/pods': [cache, { ...cache, metadata: { ...cache.metadata, name: 'cache-y' } }],
    [own]: cache,
  }

  it('answers where the arguments of one of its pods say', async () => {
    const { world, asked } = await worldWith(objects)
    expect(world.nodeLocalDns).toMatchObject({ addresses: ['169.254.20.10', '10.96.0.10'] })
    expect(asked.filter((path) => path.includes('cache-'))).toEqual([own])
  })

  it('has no known address where its pod may not be read', async () => {
    const { world } = await worldWith(objects, [own])
    expect(world.nodeLocalDns).toMatchObject({ addresses: [] })
    expect(world.unread).toBe(undefined)
  })
})

describe('the root namespace of Istio on a live cluster', () => {
  const map = '/api/v1/namespaces/mesh/configmaps/istio-canary'
  const config = { metadata: { namespace: 'mesh', name: 'istio-canary' }, data: { mesh: 'rootNamespace: roots\n' } }
  const objects = { '/api/v1/pods': [istiod], [istio]: [strict], [map]: config }
  const namespaces = ({ world }: Awaited<ReturnType<typeof worldWith>>) =>
    foreignPoliciesOf(world).map(({ governed }) => governed.namespaces)

  it('is that of the configuration beside its istiod', async () => {
    const read = await worldWith(objects)
    expect(namespaces(read)).toEqual(['all'])
    expect(assumptionsOf(read.world)).toEqual([])
  })

  it.each([
    ['may not be read', [map], objects],
    ['is not there', [], { ...objects, [map]: undefined }],
  ])('is assumed where the configuration %s', async (_, forbidden, given) => {
    const read = await worldWith(given, forbidden)
    expect(namespaces(read)).toEqual([['roots']])
    expect(assumptionsOf(read.world)).toEqual(['root namespace istio-system of Istio'])
  })

  it('is not asked for without policies of Istio', async () => {
    const { asked } = await worldWith({ '/api/v1/pods': [istiod] })
    expect(asked.filter((path) => path.includes('configmaps'))).toEqual([])
  })
})
