import type { ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import type { LiveObject } from '../../../../fabric/kubernetes/api/objects.ts'
import { createPodWatch, type PodWatch } from '../../../../fabric/kubernetes/probe/pod-watch.ts'
import { against } from '../api-server.ts'

const { signal } = new AbortController()

/** A watch against an API server that takes each request of a pod list as the test says, and the requests it got. */
async function watching(
  answer: (response: ServerResponse, query: URLSearchParams, count: number) => void,
): Promise<{ readonly watch: PodWatch; readonly asked: readonly string[] }> {
  const asked: string[] = []
  const client = await against((request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://server')
    asked.push(searchParams.has('watch') ? 'watch' : 'list')
    answer(response, searchParams, asked.length)
  })
  return { watch: createPodWatch(client), asked }
}

const pod = (name: string, phase: string) => ({ metadata: { name, namespace: 'n' }, status: { phase } })
const event = (type: string, object: unknown) => `${JSON.stringify({ type, object })}\n`

const running = (name: string, watch: PodWatch, withinMs = 30_000) =>
  watch.wait(
    { namespace: 'n', name },
    {
      until: (live: LiveObject | undefined) => (live?.status?.['phase'] === 'Running' ? live : undefined),
      withinMs,
      late: () => `${name} is not up`,
    },
    signal,
  )

test('all who wait in a namespace share one watch, and each gets its pod when it changes', async () => {
  const { watch, asked } = await watching((response) => {
    response.write(event('ADDED', pod('a', 'Pending')))
    response.write(event('ADDED', pod('b', 'Running')))
    response.write(event('MODIFIED', pod('a', 'Running')))
  })
  const both = await Promise.all([running('a', watch), running('b', watch)])
  expect(both.map(({ metadata }) => metadata.name)).toEqual(['a', 'b'])
  expect(asked).toEqual(['watch'])
})

test('a watch that ends, breaks or reports an error is begun again', async () => {
  const { watch, asked } = await watching((response, _query, count) => {
    if (count === 1) response.end(event('ADDED', pod('a', 'Pending')))
    else if (count === 2) response.destroy()
    else if (count === 3) response.write(event('ERROR', { kind: 'Status', code: 410 }))
    else response.write(event('ADDED', pod('a', 'Running')))
  })
  await running('a', watch)
  expect(asked).toEqual(['watch', 'watch', 'watch', 'watch'])
})

test('where pods may be listed and not watched, they are listed until it is so', async () => {
  const { watch, asked } = await watching((response, query, count) => {
    if (query.has('watch')) response.writeHead(403).end(JSON.stringify({ kind: 'Status', message: 'may not watch' }))
    else response.end(JSON.stringify({ items: [pod('a', count < 3 ? 'Pending' : 'Running')] }))
  })
  await running('a', watch)
  expect(asked).toEqual(['watch', 'list', 'list'])
})

test('what may be neither watched nor listed is an error, in the words of the API server', async () => {
  const { watch } = await watching((response) =>
    response.writeHead(403).end(JSON.stringify({ kind: 'Status', message: 'pods is forbidden' })),
  )
  await expect(running('a', watch)).rejects.toThrow('pods is forbidden')
})

test('the wait ends when its time is up, with what it waited for, and with the signal', async () => {
  const { watch } = await watching((response) => void response.write(event('ADDED', pod('a', 'Pending'))))
  await expect(running('a', watch, 50)).rejects.toThrow('a is not up')
  const ended = AbortSignal.abort(new Error('the caller ended it'))
  const wanted = { until: () => undefined, withinMs: 30_000, late: () => '' }
  await expect(watch.wait({ namespace: 'n', name: 'a' }, wanted, ended)).rejects.toThrow('the caller ended it')
})
