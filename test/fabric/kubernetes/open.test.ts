import { expect, onTestFinished, test } from 'vitest'
import type { Client } from '../../../fabric/kubernetes/api/client.ts'
import { type Approach, approachCluster } from '../../../fabric/kubernetes/approach.ts'
import { openCluster } from '../../../fabric/kubernetes/open.ts'
import { type Answer, kubeconfig, serve, status } from './api-server.ts'

const { signal } = new AbortController()

/** A cluster that was connected to, of an API server that answers as the test says, and the options to open it. */
async function approached(answer: (...asked: Parameters<Answer>) => unknown) {
  const server = await serve((...asked) => void answer(...asked))
  const access = { kubeconfig: kubeconfig(server), environment: {} }
  const approach: Approach = await approachCluster(access, signal)
  onTestFinished(() => approach.client.close())
  const vantage = undefined as never
  const outside = { vantage, addresses: [], inCluster: false }
  return { access, approach, image: 'i', outside, now: Date.now, lookAhead: true }
}

const list = '{"kind":"List","metadata":{},"items":[]}'
const isList = (url = '') => url.includes('limit=')
const answerTo = (url = '') =>
  isList(url) ? list : url === '/version' ? '{"gitVersion":"v1.36.0"}' : '{"metadata":{"name":"n"}}'

test('what a cluster is, its canary and its world are asked for at once, and the world once', async () => {
  const pods = Promise.withResolvers<void>()
  const canary = Promise.withResolvers<void>()
  const asked: string[] = []
  const options = await approached(async ({ url = '' }, response) => {
    asked.push(url)
    if (url.includes('/pods?')) pods.resolve()
    if (url.endsWith('/crosscheck-canary')) canary.resolve()
    if (url === '/version') await Promise.all([pods.promise, canary.promise])
    response.end(answerTo(url))
  })
  const fabric = await openCluster(options, signal)
  expect(fabric.cluster?.version).toBe('v1.36.0')
  await fabric.world(signal)
  expect(asked.filter((url) => url.includes('/pods?'))).toHaveLength(1)
  await fabric.world(signal)
  expect(asked.filter((url) => url.includes('/pods?'))).toHaveLength(2)
})

test('who changes a cluster first reads its world when it asks for it', async () => {
  const { approach, ...options } = await approached(({ url }, response) => response.end(answerTo(url)))
  const read: string[] = []
  const fetch: Client['fetch'] = (path, ...rest) => {
    read.push(path)
    return approach.client.fetch(path, ...rest)
  }
  const spied = { ...approach, client: { ...approach.client, fetch } }
  const fabric = await openCluster({ ...options, approach: spied, lookAhead: false }, signal)
  expect(read).toEqual([])
  await fabric.world(signal)
  expect(read).not.toEqual([])
})

test('of several refusals the one of the cluster itself is told, and requests under way are given up', async () => {
  const refused = Promise.withResolvers<void>()
  const gaveUp = Promise.withResolvers<void>()
  const options = await approached(async ({ url = '' }, response) => {
    if (url.includes('/pods?')) response.on('close', gaveUp.resolve)
    else if (url === '/version') {
      await refused.promise
      response.writeHead(401).end(status(401, 'Unauthorized', 'who are you'))
    } else {
      response.writeHead(418).end(status(418, 'Teapot', 'not here'))
      if (url.endsWith('/crosscheck-canary')) response.on('close', refused.resolve)
    }
  })
  await expect(openCluster(options, signal)).rejects.toThrow('GET /version: who are you')
  await gaveUp.promise
})
