import { expect, it } from 'vitest'
import { readWorld } from '../../../../fabric/kubernetes/world/world.ts'
import { compile } from '../../../../policy/engine/compile.ts'
import { predict } from '../../../../policy/engine/predict.ts'
import type { Query } from '../../../../policy/engine/query.ts'
import { unreadableIn } from '../../../../runner/predict/unreadable.ts'
import { against, status } from '../api-server.ts'

const namespaces = ['x', 'y'].map((name) => ({ metadata: { name, labels: {} } }))
const pods = ['x', 'y'].map((namespace, index) => ({
  metadata: { namespace, name: 'a', uid: namespace, labels: { app: namespace } },
  spec: { nodeName: 'n', containers: [{ name: 'c' }] },
  status: { phase: 'Running', podIP: `10.1.1.${index + 1}`, conditions: [{ type: 'Ready', status: 'True' }] },
}))
const deny = {
  metadata: { name: 'deny' },
  spec: {
    ...{ tier: 'Admin', priority: 1, subject: { namespaces: {} } },
    ingress: [{ action: 'Deny', from: [{ namespaces: {} }] }],
  },
}
const core = { '/api/v1/namespaces': namespaces, '/api/v1/pods': pods }

/** The world of an API server with these objects, which serves these versions and refuses these paths. */
async function worldWith(versions: readonly string[], objects: object, forbidden: readonly string[] = []) {
  const all: Readonly<Record<string, unknown>> = { ...core, ...objects }
  const client = await against((request, response) => {
    const path = request.url!.split('?')[0]!
    response.setHeader('content-type', 'application/json')
    if (forbidden.includes(path)) {
      response.statusCode = 403
      response.end(status(403, 'Forbidden', `${path} is forbidden`))
    } else if (path === '/apis') {
      response.end(JSON.stringify({ groups: versions.map((groupVersion) => ({ versions: [{ groupVersion }] })) }))
    } else response.end(JSON.stringify({ items: all[path] ?? [] }))
  })
  return readWorld(client, { namespaces: [] }, new AbortController().signal)
}

const query: Query = {
  from: { kind: 'pod', namespace: 'x', name: 'a' },
  to: { kind: 'pod', namespace: 'y', name: 'a' },
  port: 80,
  protocol: 'TCP',
}
const cluster = '/apis/policy.networking.k8s.io/v1alpha2/clusternetworkpolicies'
const cilium = '/apis/cilium.io/v2/ciliumnetworkpolicies'

it('ClusterNetworkPolicies of a live cluster are evaluated', async () => {
  const world = await worldWith(['policy.networking.k8s.io/v1alpha2'], { [cluster]: [deny] })
  expect(predict(query, compile(world))).toMatchObject({ verdict: 'deny', ingress: { by: 'Admin' } })
  expect(predict(query, compile(await worldWith([], { [cluster]: [deny] })))).toMatchObject({ verdict: 'allow' })
})

it('policies of a plugin’s own kind are known to override what is predicted, and so they are where they may not be read', async () => {
  const own = [{ metadata: { namespace: 'y', name: 'p' }, spec: {} }]
  const world = await worldWith(['cilium.io/v2'], { [cilium]: own })
  expect(predict(query, compile(world))).toMatchObject({
    mayBeOverridden: [{ kind: 'CiliumNetworkPolicy', namespace: 'y', name: 'p' }],
  })
  const hidden = await worldWith(['cilium.io/v2'], {}, [cilium])
  const prediction = predict(query, compile(hidden))
  expect(unreadableIn(hidden)!(query, prediction)).toEqual([
    `objects of kind CiliumNetworkPolicy may decide otherwise and could not be read: GET ${cilium}?limit=500: ${cilium} is forbidden`,
  ])
  expect((await worldWith(['cilium.io/v2'], {})).unread).toBeUndefined()
})
