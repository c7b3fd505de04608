import type { IncomingMessage } from 'node:http'
import { expect, test } from 'vitest'
import { ApiError } from '../../../../fabric/kubernetes/api/api-error.ts'
import { connectCluster } from '../../../../fabric/kubernetes/api/client.ts'
import { applyObject, deleteObject, listObjects } from '../../../../fabric/kubernetes/api/objects.ts'
import { resources } from '../../../../fabric/kubernetes/api/resources.ts'
import { sendPatiently } from '../../../../fabric/kubernetes/api/retry.ts'
import { type Answer, against, kubeconfig, status } from '../api-server.ts'

const { signal } = new AbortController()
const at = { resource: resources.ConfigMap, namespace: 'team', name: 'one' }
const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'team', name: 'one' } }

/** A server that has each trouble once, in this order, and then answers; with the requests that it saw. */
async function troubled(...troubles: readonly Answer[]) {
  const seen: string[] = []
  const client = await against((request, response) => {
    seen.push(request.method!)
    const trouble = troubles[seen.length - 1]
    if (trouble === undefined) response.end('{}')
    else trouble(request, response)
  })
  return { client, seen }
}

const answering =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (_, response) =>
    response.writeHead(code, headers).end(status(code, 'Busy', `told ${code}`))
const dropped: Answer = (request) => request.socket.destroy()
const halfAnswered: Answer = (request, response) => {
  response.writeHead(200, { 'content-length': '100' }).write('{"items": [')
  setImmediate(() => request.socket.destroy())
}

test.each([
  ['a 500', answering(500)],
  ['a 503', answering(503)],
  ['a 429', answering(429)],
  ['a connection that is dropped', dropped],
  ['an answer that stops halfway', halfAnswered],
])('repeats a read, an apply and a deletion after %s', async (_, trouble) => {
  for (const [method, ask] of Object.entries({
    GET: (client) => client.send({ method: 'GET', path: '/version' }, signal),
    PATCH: (client) => applyObject(client, at, object, signal),
    DELETE: (client) => deleteObject(client, at, {}, signal),
  } satisfies Record<string, (client: Awaited<ReturnType<typeof troubled>>['client']) => Promise<unknown>>)) {
    const { client, seen } = await troubled(trouble)
    await ask(client)
    expect(seen).toEqual([method, method])
  }
})

test('never repeats what creates, unless it was turned away before it began', async () => {
  const creating = { method: 'POST', path: '/api/v1/namespaces', body: {} } as const
  const failed = await troubled(answering(500))
  await expect(failed.client.send(creating, signal)).rejects.toMatchObject({
    status: 500,
    message: expect.stringContaining('told 500'),
  })
  const broken = await troubled(dropped)
  await expect(broken.client.send(creating, signal)).rejects.toMatchObject({ status: 0, reason: 'Unanswered' })
  expect([failed.seen, broken.seen]).toEqual([['POST'], ['POST']])
  const limited = await troubled(answering(429))
  await limited.client.send(creating, signal)
  expect(limited.seen).toEqual(['POST', 'POST'])
})

test('a review, which creates nothing, is repeated', async () => {
  const { client, seen } = await troubled(answering(500))
  await client.send({ method: 'POST', path: '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', body: {} }, signal)
  expect(seen).toHaveLength(2)
})

test('leaves the server alone for as long as it asks', async () => {
  const at: number[] = []
  const client = await against((_, response) => {
    at.push(performance.now())
    if (at.length === 1) response.writeHead(429, { 'retry-after': '1' }).end('busy')
    else response.end('{}')
  })
  await client.send({ method: 'GET', path: '/version' }, signal)
  expect(at[1]! - at[0]!).toBeGreaterThanOrEqual(990)
})

test('gives up when its patience has ended, with the last answer and how often it asked', async () => {
  let sent = 0
  const send = async () => {
    sent += 1
    throw new ApiError(503, 'Unavailable', 'etcd is away')
  }
  const error: unknown = await sendPatiently(send, { forMs: () => 1_000, repeatable: true, signal }).catch(
    (told) => told,
  )
  expect(sent).toBeGreaterThan(1)
  expect(error).toMatchObject({ status: 503, message: `etcd is away (tried ${sent} times)` })
})

test('is patient for as long as it is told at the failure, not before', async () => {
  let forMs = 0
  let sent = 0
  const send = async () => {
    sent += 1
    forMs = 60_000
    if (sent === 1) throw new ApiError(503, 'Unavailable', 'etcd is away')
    return 'answer'
  }
  expect(await sendPatiently(send, { forMs: () => forMs, repeatable: true, signal })).toBe('answer')
})

test('says in words that nobody answers', async () => {
  const closed = await connectCluster({ kubeconfig: kubeconfig('http://127.0.0.1:1'), environment: {} })
  const asked = closed.send({ method: 'GET', path: '/version' }, signal)
  await expect(asked).rejects.toThrow(
    /^the API server does not answer: connect ECONNREFUSED 127\.0\.0\.1:1 \(tried \d times\)$/,
  )
  await closed.close()
})

test('names what answers instead of an API server', async () => {
  const client = await against((_, response) => response.end('<html>Sign in</html>'))
  const asked = client.send({ method: 'GET', path: '/version' }, signal)
  await expect(asked).rejects.toThrow(
    'GET /version: the response is not from a Kubernetes API server: <html>Sign in</html>',
  )
})

test('a pause ends with the signal', async () => {
  const abort = new AbortController()
  const client = await against((_, response) => {
    response.writeHead(429, { 'retry-after': '20' }).end('busy', () => abort.abort(new Error('enough')))
  })
  await expect(client.send({ method: 'GET', path: '/version' }, abort.signal)).rejects.toThrow()
})

test('begins a list again that the server has forgotten in its middle', async () => {
  const pages: string[] = []
  const client = await against((request: IncomingMessage, response) => {
    const from = new URL(request.url!, 'http://x').searchParams.get('continue') ?? ''
    pages.push(from)
    if (pages.length === 2)
      return response.writeHead(410).end(status(410, 'Expired', 'the continue parameter is too old'))
    const items = [{ metadata: { name: from === '' ? 'first' : 'second' } }]
    return response.end(JSON.stringify({ items, metadata: from === '' ? { continue: 'more' } : {} }))
  })
  const found = await listObjects(client, { resource: resources.Pod }, signal)
  expect(found.map(({ metadata }) => metadata.name)).toEqual(['first', 'second'])
  expect(pages).toEqual(['', 'more', '', 'more'])
})
