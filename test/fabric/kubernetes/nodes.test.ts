import { expect, test } from 'vitest'
import { createChanges } from '../../../fabric/kubernetes/change/changes.ts'
import type { Cluster } from '../../../fabric/kubernetes/cluster.ts'
import { createNodes } from '../../../fabric/kubernetes/nodes.ts'
import { createOwners } from '../../../fabric/kubernetes/ownership.ts'
import { untilRunning } from '../../../fabric/kubernetes/probe/pod-creation.ts'
import { createPodWatch } from '../../../fabric/kubernetes/probe/pod-watch.ts'
import { createProbes } from '../../../fabric/kubernetes/probes.ts'
import { startRun } from '../../../fabric/kubernetes/run-facts.ts'
import { canaryNamespaceObject, canaryPods } from '../../../runner/control/canary-objects.ts'
import { against, status } from './api-server.ts'

const { signal } = new AbortController()
const silent = { type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting.' }
const node = (ready: object, spec: object = {}) => ({ metadata: { name: 'n1' }, spec, status: { conditions: [ready] } })
const dead = 'the node n1 is not ready (NodeStatusUnknown: Kubelet stopped posting.): no pod starts there'
const pending = (spec: object) => ({ metadata: { name: 'p', namespace: 'n' }, spec, status: { phase: 'Pending' } })

interface Behaviour {
  /** The node at the n-th time that it is asked for, from 1; absent: it may not be read. */
  readonly node?: (count: number) => object
  /** The pod that the watch gives. */
  readonly pod?: object
}

/** A cluster whose API server has one node and one pod and takes whatever is applied; with the requests that it got. */
async function clusterOf(behaviour: Behaviour, periodMs?: number) {
  const asked: string[] = []
  const client = await against((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://server')
    asked.push(`${request.method} ${pathname}`)
    const looks = asked.filter((each) => each === 'GET /api/v1/nodes/n1').length
    if (searchParams.has('watch')) {
      response.write(`${JSON.stringify({ type: 'ADDED', object: behaviour.pod })}\n`)
    } else if (pathname.startsWith('/api/v1/nodes/')) {
      if (behaviour.node === undefined) response.writeHead(403).end(status(403, 'Forbidden', 'nodes is forbidden'))
      else response.end(JSON.stringify(behaviour.node(looks)))
    } else if (request.method === 'GET' && pathname.endsWith('/canary')) {
      response.writeHead(404).end(status(404, 'NotFound', 'not found'))
    } else response.end(JSON.stringify({ metadata: { name: 'it', uid: 'u' } }))
  })
  const run = startRun({ image: 'crosscheck:dev', now: Date.now })
  const cluster = {
    ...{ client, run, owners: createOwners(client, run), pods: createPodWatch(client) },
    ...{ nodes: createNodes(client, periodMs), controls: new Set(), residentCanary: undefined, namespaces: new Set() },
  } as unknown as Cluster
  return { cluster, asked }
}

const wanted = { namespace: 'n', name: 'p' }

test.each([
  ['whose kubelet is silent', node(silent), dead],
  [
    'that is cordoned',
    node({ type: 'Ready', status: 'True' }, { unschedulable: true }),
    'the node n1 is cordoned: no pod is put there',
  ],
])('no probe is put on a node %s', async (_, live, unavailable) => {
  const { cluster, asked } = await clusterOf({ node: () => live })
  const probe = createProbes(cluster)({ kind: 'namespace', namespace: 'n', node: 'n1' }, signal)
  expect(await probe).toEqual({ unavailable })
  expect(asked.filter((each) => !each.startsWith('GET'))).toEqual([])
})

test('no canary is put on a node whose kubelet is silent, and a cordon does not keep it away', async () => {
  const objects = [canaryNamespaceObject('canary'), ...canaryPods('canary', 'n1', 0)]
  const { cluster, asked } = await clusterOf({ node: () => node(silent) })
  const change = { kind: 'apply', objects, until: 'running' } as const
  await expect(createChanges(cluster).change(change, signal)).rejects.toThrow(dead)
  expect(asked.filter((each) => each.includes('/pods'))).toEqual([])
  const cordoned = node({ type: 'Ready', status: 'True' }, { unschedulable: true })
  const other = await clusterOf({ node: () => cordoned })
  const ended = new AbortController()
  const up = createChanges(other.cluster).change(change, ended.signal)
  up.catch(() => undefined)
  await expect.poll(() => other.asked.filter((each) => each.endsWith('/pods')).length).toBeGreaterThan(0)
  ended.abort()
})

test.each([
  ['it is', { nodeName: 'n1' }],
  [
    'alone it may be',
    {
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n1'] }] }],
          },
        },
      },
    },
  ],
])('the wait for a pod ends when the node where %s is lost meanwhile', async (_, spec) => {
  const behaviour = {
    node: (count: number) => node(count < 3 ? { type: 'Ready', status: 'True' } : silent),
    pod: pending(spec),
  }
  const { cluster, asked } = await clusterOf(behaviour, 10)
  expect(await untilRunning(cluster, wanted, { withinMs: 60_000, signal })).toBe(dead)
  expect(asked.filter((each) => each.includes('/nodes/'))).toHaveLength(3)
})

test.each([
  ['twice in a row ends the wait', [false, true, false, false], 4, 'the node n1 is not ready: no pod starts there'],
  [
    'once, as when its runtime starts again, does not',
    [true, false, true, false, true],
    undefined,
    'it is not up after 0.3 s',
  ],
])('a node that says %s', async (_, ready, looks, why) => {
  const status = (count: number) => (ready[Math.min(count, ready.length) - 1]! ? 'True' : 'False')
  const behaviour = {
    node: (count: number) => node({ type: 'Ready', status: status(count) }),
    pod: pending({ nodeName: 'n1' }),
  }
  const { cluster, asked } = await clusterOf(behaviour, 10)
  expect(await untilRunning(cluster, wanted, { withinMs: 300, signal })).toContain(why)
  if (looks !== undefined) expect(asked.filter((each) => each.includes('/nodes/'))).toHaveLength(looks)
})

test('a node that may not be read ends no wait', async () => {
  const { cluster } = await clusterOf({ pod: pending({ nodeName: 'n1' }) }, 10)
  expect(await untilRunning(cluster, wanted, { withinMs: 200, signal })).toMatch(/^it is not up after 0.2 s/)
})

test('all who wait for pods of one node share the looks at it', async () => {
  const { cluster, asked } = await clusterOf({ node: () => node(silent), pod: pending({ nodeName: 'n1' }) }, 100)
  const waits = Array.from({ length: 20 }, () => untilRunning(cluster, wanted, { withinMs: 60_000, signal }))
  expect(new Set(await Promise.all(waits))).toEqual(new Set([dead]))
  expect(asked.filter((each) => each.includes('/nodes/')).length).toBeLessThan(3)
})

test('the wait ends with the signal, as its caller ended it', async () => {
  const { cluster } = await clusterOf({ node: () => node(silent), pod: pending({ nodeName: 'n1' }) })
  const ended = AbortSignal.abort(new Error('the caller ended it'))
  await expect(untilRunning(cluster, wanted, { withinMs: 60_000, signal: ended })).rejects.toThrow(
    'the caller ended it',
  )
})
