import { expect, test } from 'vitest'
import { listObjects } from '../../../fabric/kubernetes/api/objects.ts'
import { resources } from '../../../fabric/kubernetes/api/resources.ts'
import { withoutManagedFields } from '../../../fabric/kubernetes/api/trim.ts'
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

test.each([
  ['last', { name: 'a', managedFields: fields }],
  ['first', { managedFields: fields, name: 'a' }],
  ['empty', { name: 'a', managedFields: [] }],
  ['absent', { name: 'a' }],
])('managed fields are left out where they are %s', (_, metadata) => {
  const { managedFields: __, ...rest } = metadata as typeof metadata & { managedFields?: unknown }
  const read = JSON.parse(
    withoutManagedFields(JSON.stringify({ items: [{ metadata, spec: { list: ['x'] } }, { metadata }] })),
  ) as {
    items: { metadata: Record<string, unknown>; spec?: unknown }[]
  }
  const plain = read.items.map(({ metadata: { managedFields: own = [], ...kept } }) => [own, kept])
  expect(plain).toEqual([
    [[], rest],
    [[], rest],
  ])
  expect(read.items[0]!.spec).toEqual({ list: ['x'] })
})

test('an answer that cannot be read without its managed fields is read with them', async () => {
  const odd = [{ manager: 'odd', fieldsV1: { 'f:finalizers': { 'v:"a]b"': {} } } }]
  const client = await against((_, response) =>
    response.end(JSON.stringify({ items: [{ metadata: { name: 'a', managedFields: odd } }] })),
  )
  const [found] = await listObjects(client, { resource: resources.Pod, plain: true }, signal)
  expect(found!.metadata).toEqual({ name: 'a', managedFields: odd })
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
