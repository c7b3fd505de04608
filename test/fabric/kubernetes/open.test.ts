import { expect, onTestFinished, test } from 'vitest'
import { openCluster } from '../../../fabric/kubernetes/open.ts'
import { type Answer, kubeconfig, serve, status } from './api-server.ts'

const { signal } = new AbortController()

/** The cluster of an API server that answers as the test says, and what it was asked for so far. */
async function opened(answer: Answer) {
  const requests: string[] = []
  const server = await serve((request, response) => {
    requests.push(request.url ?? '')
    answer(request, response)
  })
  const access = { kubeconfig: kubeconfig(server), environment: {} }
  const outside = { vantage: undefined as never, addresses: [], inCluster: false }
  const fabric = await openCluster({ access, image: 'i', outside, now: Date.now }, signal)
  onTestFinished(() => fabric[Symbol.asyncDispose]())
  return { fabric, requests }
}

const list = '{"kind":"List","metadata":{},"items":[]}'
const isList = (url = '') => url.includes('limit=')
const answerTo = (url = '') =>
  isList(url) ? list : url === '/version' ? '{"gitVersion":"v1.36.0"}' : '{"metadata":{"name":"n"}}'

test('a cluster says what it is when it is opened, and lists nothing until its world is read', async () => {
  const { fabric, requests } = await opened(({ url }, response) => void response.end(answerTo(url)))
  expect(fabric.cluster?.version).toBe('v1.36.0')
  expect(requests.filter(isList)).toEqual([])
  await fabric.world(signal)
  expect(requests.filter((url) => url.includes('/pods?'))).toHaveLength(1)
  await fabric.world(signal)
  expect(requests.filter((url) => url.includes('/pods?'))).toHaveLength(2)
})

test('a cluster that refuses to say its version is not opened, and the refusal is the reason', async () => {
  const refusal = opened(({ url }, response) => {
    if (url === '/version') response.writeHead(401).end(status(401, 'Unauthorized', 'who are you'))
    else response.writeHead(418).end(status(418, 'Teapot', 'not here'))
  })
  await expect(refusal).rejects.toThrow('GET /version: who are you')
})
