import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { parse, stringify } from 'yaml'
import type { Manifest } from '../../fabric/fabric.ts'
import type { Client } from '../../fabric/kubernetes/api/client.ts'
import { deleteObject, getObject, type LiveObject } from '../../fabric/kubernetes/api/objects.ts'
import { resources } from '../../fabric/kubernetes/api/resources.ts'
import { waitUntilGone } from '../../fabric/kubernetes/change/readiness.ts'
import { image } from './opening.ts'

const { signal } = new AbortController()

/** A stranger's workloads: `front` asks, `back` answers by `api` (two pods) and `db`, which a policy opens to `api` alone. */
export const front = 'crosscheck-live-front'
export const back = 'crosscheck-live-back'

/** Makes the town and waits until its pods are ready. */
export async function buildTown(client: Client): Promise<void> {
  const post = (path: string, body: Manifest) => client.send({ method: 'POST', path, body }, signal)
  for (const name of [front, back]) await post('/api/v1/namespaces', { metadata: { name } })
  await Promise.all([
    post(deployments(front), deployment('ui', { port: 3000, replicas: 1 })),
    post(deployments(back), deployment('api', { port: 4000, replicas: 2 })),
    post(deployments(back), deployment('db', { port: 5432, replicas: 1 })),
    post(`/api/v1/namespaces/${back}/services`, service('api', { port: 80, targetPort: 4000 })),
    post(`/api/v1/namespaces/${back}/services`, service('db', { port: 5432 })),
    post(policies, policyFor('api')),
  ])
  await Promise.all([isReady(client, front, 'ui'), isReady(client, back, 'api'), isReady(client, back, 'db')])
}

/** Removes it and waits until it is gone: the next file of tests builds it anew. */
export async function razeTown(client: Client): Promise<void> {
  const spaces = [front, back].map((name) => ({ resource: resources.Namespace, name }))
  await Promise.all(spaces.map((at) => deleteObject(client, at, {}, signal)))
  await waitUntilGone(client, spaces, signal)
}

const policies = `/apis/networking.k8s.io/v1/namespaces/${back}/networkpolicies`

/** `db` for pods of one app. */
export function policyFor(app: string): Manifest {
  return {
    ...{ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' },
    metadata: { namespace: back, name: 'db-clients' },
    spec: {
      podSelector: { matchLabels: { app: 'db' } },
      policyTypes: ['Ingress'],
      ingress: [{ from: [{ podSelector: { matchLabels: { app } } }], ports: [{ port: 5432 }] }],
    },
  }
}

/** A kubeconfig of a ServiceAccount of `front` that may only read what paths consist of, in these namespaces. */
export async function limitedTo(client: Client, namespaces: readonly string[]): Promise<string> {
  const name = `reader-${namespaces.length}`
  const post = (path: string, body: Manifest) => client.send({ method: 'POST', path, body }, signal)
  const account = `/api/v1/namespaces/${front}/serviceaccounts`
  await post(account, { metadata: { name } })
  const rbac = (space: string) => `/apis/rbac.authorization.k8s.io/v1/namespaces/${space}`
  for (const space of namespaces) {
    const rules = [
      { apiGroups: [''], resources: ['pods', 'services'], verbs: ['get', 'list'] },
      { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['get', 'list'] },
      { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: ['get', 'list'] },
    ]
    await post(`${rbac(space)}/roles`, { metadata: { name }, rules })
    await post(`${rbac(space)}/rolebindings`, {
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      subjects: [{ kind: 'ServiceAccount', namespace: front, name }],
    })
  }
  const answer = (await post(`${account}/${name}/token`, { spec: {} })) as LiveObject
  const config = parse(await readFile(process.env['KUBECONFIG']!, 'utf8')) as Kubeconfig
  for (const user of config.users) user.user = { token: answer.status!['token'] as string }
  const folder = await mkdtemp(join(tmpdir(), 'crosscheck-live-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'config')
  await writeFile(file, stringify(config))
  return file
}

interface Kubeconfig {
  readonly users: { user: Manifest }[]
}

function deployments(namespace: string): string {
  return `/apis/apps/v1/namespaces/${namespace}/deployments`
}

function deployment(app: string, { port, replicas }: { readonly port: number; readonly replicas: number }): Manifest {
  const container = {
    ...{ name: 'main', image, args: ['listen', '--tcp', String(port)], ports: [{ containerPort: port }] },
    readinessProbe: { tcpSocket: { port }, periodSeconds: 1 },
  }
  return {
    metadata: { name: app },
    spec: {
      replicas,
      selector: { matchLabels: { app } },
      template: {
        metadata: { labels: { app } },
        spec: { terminationGracePeriodSeconds: 0, containers: [container] },
      },
    },
  }
}

function service(app: string, port: { readonly port: number; readonly targetPort?: number }): Manifest {
  return { metadata: { name: app }, spec: { selector: { app }, ports: [port] } }
}

async function isReady(client: Client, namespace: string, name: string): Promise<void> {
  const at = { resource: resources.Deployment, namespace, name }
  for (const end = Date.now() + 180_000; Date.now() < end; ) {
    const live = await getObject(client, at, signal)
    const { replicas } = live!.spec as { replicas: number }
    if (live!.status?.['readyReplicas'] === replicas) return
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error(`${namespace}/${name} did not come up`)
}
