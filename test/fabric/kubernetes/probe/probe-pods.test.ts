import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import type { Cluster } from '../../../../fabric/kubernetes/cluster.ts'
import { createNodes } from '../../../../fabric/kubernetes/nodes.ts'
import { createOwners } from '../../../../fabric/kubernetes/ownership.ts'
import { createPodWatch } from '../../../../fabric/kubernetes/probe/pod-watch.ts'
import { freshProbe } from '../../../../fabric/kubernetes/probe/probe-pods.ts'
import { startRun } from '../../../../fabric/kubernetes/run-facts.ts'
import { against, status } from '../api-server.ts'

/** A cluster whose admission takes pods with the label `team` alone, with the pods that were made, and those that were tried. */
async function demanding() {
  const made: string[] = []
  const tried: string[] = []
  let lists = 0
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://server')
    if (request.method === 'GET') {
      lists += 1
      return void (searchParams.has('watch') || response.end('{"items":[]}'))
    }
    let body = ''
    for await (const chunk of request) body += String(chunk)
    if (!pathname.includes('/pods/')) return void response.end('{"metadata":{"name":"it","uid":"u"}}')
    const { labels } = (JSON.parse(body) as { metadata: { labels: Record<string, string> } }).metadata
    const list = searchParams.has('dryRun') ? tried : made
    list.push(labels['app'] ?? '')
    // All three have read the namespace, and are about to try.
    if (tried.length === 1 && made.length === 0) {
      while (lists < 9) await delay(5)
      await delay(50)
    }
    if (labels['team'] === undefined) response.writeHead(403).end(status(403, 'Forbidden', 'a team is demanded'))
    else response.end('{"metadata":{"name":"it","uid":"u"}}')
  }
  const client = await against((...asked) => void answer(...asked))
  const run = startRun({ image: 'crosscheck:dev', now: Date.now })
  const cluster = {
    ...{ client, run, owners: createOwners(client, run), pods: createPodWatch(client), nodes: createNodes(client) },
    ...{ controls: new Set(), namespaces: new Set(), tried: new Map() },
  } as unknown as Cluster
  return { cluster, made, tried }
}

test('sources that come up together: the first is tried before anything is made, and what is refused to it is not told of others', async () => {
  const { cluster, made, tried } = await demanding()
  const ended = new AbortController()
  onTestFinished(() => ended.abort())
  const probe = (app: string, team: Readonly<Record<string, string>>) =>
    freshProbe(
      cluster,
      { identity: { kind: 'namespace', namespace: 'n' }, namespace: 'n', note: '' },
      { labels: { app, ...team }, spec: {}, adopted: false },
      ended.signal,
    )
  const refused = probe('a', {})
  for (const app of ['b', 'c']) probe(app, { team: 'x' }).catch(() => undefined)
  expect(await refused).toEqual({ unavailable: 'no probe in n: a team is demanded' })
  await expect.poll(() => made.toSorted()).toEqual(['b', 'c'])
  expect(tried[0]).toBe('a')
})
