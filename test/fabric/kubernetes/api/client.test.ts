import { readFileSync, writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { type Client, connectCluster } from '../../../../fabric/kubernetes/api/client.ts'
import { listObjects } from '../../../../fabric/kubernetes/api/objects.ts'
import { resources } from '../../../../fabric/kubernetes/api/resources.ts'
import { against, kubeconfig, serve, status } from '../api-server.ts'

const { signal } = new AbortController()

test.each([
  [{}, 'no cluster is configured: set KUBECONFIG or name a file by --kubeconfig'],
  [{ KUBECONFIG: '/no/such/file' }, 'KUBECONFIG=/no/such/file: there is no such file'],
])('says that no cluster is configured: %j', async (environment, message) => {
  await expect(connectCluster({ environment })).rejects.toMatchObject({ name: 'ClusterUnavailable', message })
})

test('names the contexts that there are when asked for another', async () => {
  const access = { kubeconfig: kubeconfig('http://127.0.0.1:1'), context: 'there', environment: {} }
  await expect(connectCluster(access)).rejects.toThrow('there is no context "there"; the kubeconfig has here')
})

test('says which file is no kubeconfig', async () => {
  const file = kubeconfig('http://127.0.0.1:1')
  writeFileSync(file, 'clusters: [')
  await expect(connectCluster({ kubeconfig: file, environment: {} })).rejects.toThrow(`${file}: this is no kubeconfig`)
})

test('sends the user’s token, and gives an error the words of the server', async () => {
  const client = await against((request, response) => {
    expect(request.headers.authorization).toBe('Bearer bearer')
    response.writeHead(403).end(status(403, 'Forbidden', 'pods is forbidden: User "u" cannot list'))
  })
  const listing = listObjects(client, { resource: resources.Pod }, signal)
  await expect(listing).rejects.toMatchObject({
    status: 403,
    reason: 'Forbidden',
    message: expect.stringContaining('cannot list'),
  })
})

test('reads a list page by page', async () => {
  const client = await against(({ url }, response) => {
    const from = Number(new URL(url!, 'http://x').searchParams.get('continue') ?? 0)
    const items = [{ metadata: { name: `pod-${from}` } }]
    response.end(JSON.stringify({ items, metadata: from < 2 ? { continue: String(from + 1) } : {} }))
  })
  const pods = await listObjects(client, { resource: resources.Pod, namespace: 'n' }, signal)
  expect(pods.map(({ metadata }) => metadata.name)).toEqual(['pod-0', 'pod-1', 'pod-2'])
})

test('asks for the next page before it reads what came', async () => {
  const asked = Promise.withResolvers<string | null>()
  const client = await against(({ url }, response) => {
    const next = new URL(url!, 'http://x').searchParams.get('continue')
    if (next !== null) asked.resolve(next)
    response.end('{"kind":"PodList","metadata":{"continue":"further"},"items":[nonsense]}')
  })
  const listing = listObjects(client, { resource: resources.Pod }, signal)
  await expect(listing).rejects.toThrow(
    'GET /api/v1/pods: the response is not from a Kubernetes API server: {"kind":"PodList"',
  )
  expect(await asked.promise).toBe('further')
})

test('a page that was not read yet is not the room of another', async () => {
  const rooms = new Set<ArrayBufferLike>()
  // The quickest server that there can be: its answer is there as soon as it is asked.
  const fetch: Client['fetch'] = (path, _, { room } = {}) => {
    const from = Number(new URL(path, 'http://x').searchParams.get('continue') ?? 0)
    const metadata = from < 5 ? { continue: String(from + 1) } : {}
    const text = JSON.stringify({ metadata, items: [{ metadata: { name: `pod-${from}` } }] })
    const bytes = room === undefined ? Buffer.allocUnsafeSlow(1000) : Buffer.from(room.buffer)
    rooms.add(bytes.buffer)
    return Promise.resolve(bytes.subarray(0, bytes.write(text)))
  }
  const pods = await listObjects({ fetch } as Client, { resource: resources.Pod }, signal)
  expect(pods.map(({ metadata }) => metadata.name)).toEqual(['pod-0', 'pod-1', 'pod-2', 'pod-3', 'pod-4', 'pod-5'])
  expect(rooms.size).toBe(3)
})

test('a list whose next page is refused is refused', async () => {
  const client = await against(({ url }, response) => {
    if (url!.includes('continue')) response.writeHead(403).end(status(403, 'Forbidden', 'no more'))
    else response.end('{"metadata":{"continue":"further"},"items":[{"metadata":{"name":"a"}}]}')
  })
  const listing = listObjects(client, { resource: resources.Pod }, signal)
  await expect(listing).rejects.toMatchObject({ status: 403, message: expect.stringContaining('no more') })
})

test('has at most 16 requests in flight', async () => {
  const waiting: ServerResponse[] = []
  const sixteen = Promise.withResolvers<void>()
  const client = await against((_request, response) => {
    waiting.push(response)
    if (waiting.length === 16) sixteen.resolve()
    if (waiting.length > 16) response.end('{}')
  })
  const all = Promise.all(Array.from({ length: 40 }, () => client.send({ method: 'GET', path: '/version' }, signal)))
  await sixteen.promise
  expect(waiting.length).toBe(16)
  for (const response of waiting.slice(0, 16)) response.end('{}')
  expect(await all).toHaveLength(40)
})

test('an aborted request ends at once', async () => {
  const abort = new AbortController()
  const client = await against(() => abort.abort(new Error('enough')))
  await expect(client.send({ method: 'GET', path: '/version' }, abort.signal)).rejects.toThrow('enough')
})

test('a credential plugin is run once, however many ask at once', async () => {
  const file = kubeconfig(await serve(({ headers }, response) => response.end(JSON.stringify(headers.authorization))))
  const log = `${file}.log`
  const credential = {
    apiVersion: 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    status: { token: 'told' },
  }
  const args = ['-c', `echo run >> ${log}; sleep 0.1; echo '${JSON.stringify(credential)}'`]
  const exec = { apiVersion: credential.apiVersion, command: 'sh', args, interactiveMode: 'Never' }
  const config = JSON.parse(readFileSync(file, 'utf8')) as object
  writeFileSync(file, JSON.stringify({ ...config, users: [{ name: 'u', user: { exec } }] }))
  const client = await connectCluster({ kubeconfig: file, environment: {} })
  onTestFinished(() => client.close())
  const answers = Array.from({ length: 8 }, (_, at) => client.send({ method: 'GET', path: `/${at}` }, signal))
  expect(new Set(await Promise.all(answers))).toEqual(new Set(['Bearer told']))
  expect(readFileSync(log, 'utf8')).toBe('run\n')
})
