import { expect, test } from 'vitest'
import { listObjects } from '../../../fabric/kubernetes/api/objects.ts'
import { only } from '../../../fabric/kubernetes/api/partial-json/reader.ts'
import { resources } from '../../../fabric/kubernetes/api/resources.ts'
import { projected } from '../../../fabric/kubernetes/world/project.ts'
import { readWorld } from '../../../fabric/kubernetes/world/world.ts'
import { against } from './api-server.ts'

const { signal } = new AbortController()
const fields = [
  {
    manager: 'kubelet',
    fieldsV1: { 'f:status': { 'f:conditions': { 'k:{"type":"Ready"}': { '.': {}, 'f:status': {} } } } },
  },
  { manager: 'kubectl', fieldsV1: { 'f:metadata': { 'f:labels': { 'f:app': {} } } } },
]

test('what is left out of an answer is not parsed, and one that is written otherwise is read whole', async () => {
  const pages: Record<string, string> = {
    trimmed: '{"items":[{"metadata":{"name":"a","managedFields":[{"odd":nonsense}]}}]}',
    odd: String.raw`{"items":[{"metadata":{"name":"a","n\u0061mespace":"n"}}]}`,
  }
  const client = await against(({ url }, response) => response.end(pages[url!.split('/')[4]!]))
  const shape = only({ metadata: only({ name: 'all', namespace: 'all' }) })
  const read = (namespace: string) => listObjects(client, { resource: resources.Pod, namespace, shape }, signal)
  expect(await read('trimmed')).toEqual([{ metadata: { name: 'a' } }])
  expect(await read('odd')).toEqual([{ metadata: { name: 'a', namespace: 'n' } }])
})

test('of a pod is kept what a world is made from, once where many have it', () => {
  const keep = projected('Pod')
  const pod = (name: string) => ({
    metadata: {
      ...{ name, namespace: 'n', labels: { app: 'a' }, uid: name },
      annotations: { checksum: 'long', 'lab.crosscheck.dev/not-ready': 'true' },
      managedFields: fields,
    },
    spec: {
      nodeName: 'n1',
      containers: [{ name: 'c', image: 'i', env: [{ name: 'A' }], ports: [{ containerPort: 80 }] }],
    },
    status: {
      podIP: '10.0.0.1',
      conditions: [
        { type: 'Ready', status: 'True' },
        { type: 'Initialized', status: 'True' },
      ],
    },
  })
  const [one, other] = [keep(pod('one')), keep(pod('other'))]
  expect(one).toEqual({
    ...{ apiVersion: 'v1', kind: 'Pod' },
    metadata: {
      ...{ name: 'one', namespace: 'n', uid: 'one', labels: { app: 'a' } },
      annotations: { 'lab.crosscheck.dev/not-ready': 'true' },
    },
    spec: { nodeName: 'n1', containers: [{ ports: [{ containerPort: 80 }] }], initContainers: [] },
    status: { podIP: '10.0.0.1', conditions: [{ type: 'Ready', status: 'True' }], containerStatuses: [] },
  })
  expect(other.metadata.labels).toBe(one.metadata.labels)
  expect(other.spec!['containers']).toBe(one.spec!['containers'])
})

test('a cluster that pages is read page by page, in pages that the server may cut as it likes', async () => {
  const limits = new Set<string | null>()
  const client = await against(({ url }, response) => {
    const { pathname, searchParams } = new URL(url!, 'http://x')
    if (!pathname.endsWith('/pods') && !pathname.endsWith('/namespaces')) return response.end('{"items":[]}')
    limits.add(searchParams.get('limit'))
    const from = Number(searchParams.get('continue') ?? 0)
    const items = Array.from({ length: 100 }, (_, at) => {
      const name = `x-${from + at}`
      if (pathname.endsWith('/namespaces')) return { metadata: { name, labels: {} } }
      const status = { phase: 'Running', podIP: `10.0.${(from + at) >> 8}.${(from + at) & 255}` }
      return { metadata: { name, namespace: 'x-0', uid: name }, spec: { nodeName: 'n', containers: [] }, status }
    })
    return response.end(JSON.stringify({ items, metadata: from < 900 ? { continue: String(from + 100) } : {} }))
  })
  const world = await readWorld(client, { namespaces: [] }, signal)
  expect([world.pods.length, world.namespaces.filter(({ name }) => name.startsWith('x-')).length, [...limits]]).toEqual(
    [1000, 1000, ['500']],
  )
})
