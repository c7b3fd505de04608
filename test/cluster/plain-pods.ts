import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from '../../fabric/kubernetes/api/client.ts'
import { applyObject, deleteObject, getObject } from '../../fabric/kubernetes/api/objects.ts'
import { resources } from '../../fabric/kubernetes/api/resources.ts'
import { image } from './opening.ts'

const { signal } = new AbortController()
const periodMs = 100

/** Servers of a stranger: what each does, in JavaScript. */
const servers = {
  localhost: "require('net').createServer().listen(8080, '127.0.0.1')",
  four: "require('net').createServer().listen(8080, '0.0.0.0')",
  forbidding: "require('http').createServer((_, answer) => answer.writeHead(403).end()).listen(8080)",
  broken: "require('http').createServer((_, answer) => answer.writeHead(500).end()).listen(8080)",
  gone: 'setInterval(() => undefined, 60000)',
} as const

/** A namespace with a stranger's pods, made by nobody's run; resolves when all have an address, with the one of `gone`, which is deleted again. */
export async function plainPods(client: Client, namespace: string): Promise<{ readonly stale: string }> {
  await client.send({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: namespace } } }, signal)
  const names = Object.keys(servers) as (keyof typeof servers)[]
  await Promise.all(names.map((name) => start(client, namespace, name)))
  const addresses = await Promise.all(names.map((name) => addressOf(client, namespace, name)))
  await deleteObject(client, { resource: resources.Pod, namespace, name: 'gone' }, { gracePeriodSeconds: 1 }, signal)
  const gone = { resource: resources.Pod, namespace, name: 'gone' }
  while ((await getObject(client, gone, signal)) !== undefined) await delay(periodMs)
  return { stale: addresses[names.indexOf('gone')]! }
}

async function start(client: Client, namespace: string, name: keyof typeof servers): Promise<void> {
  // On a busy node a pod that asks for nothing gets nothing, and neither does what is put into it.
  const requests = { requests: { cpu: '100m' } }
  const command = ['/usr/local/bin/node', '-e', servers[name]]
  const manifest = {
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name, labels: { app: name } } },
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [{ name: 'server', image, command, resources: requests, ports: [{ containerPort: 8080 }] }],
    },
  }
  const address = { resource: resources.Pod, namespace, name }
  for (;;) {
    try {
      await applyObject(client, address, manifest, signal)
      return
    } catch (error) {
      // The default service account of a fresh namespace comes a moment later.
      if (!/serviceaccount/.test(String(error))) throw error
      await delay(periodMs)
    }
  }
}

async function addressOf(client: Client, namespace: string, name: string): Promise<string> {
  for (; ; await delay(periodMs)) {
    const live = await getObject(client, { resource: resources.Pod, namespace, name }, signal)
    const { phase, podIP } = (live?.status ?? {}) as { phase?: string; podIP?: string }
    if (phase === 'Running' && podIP !== undefined) return podIP
  }
}
