import type { Manifest } from '../../fabric/fabric.ts'
import type { Client } from '../../fabric/kubernetes/api/client.ts'
import {
  applyObject,
  deleteObject,
  getObject,
  type LiveObject,
  listObjects,
} from '../../fabric/kubernetes/api/objects.ts'
import { type Resource, type ResourceKind, resources } from '../../fabric/kubernetes/api/resources.ts'
import { waitUntilReady } from '../../fabric/kubernetes/change/readiness.ts'
import { image } from './opening.ts'

const { signal } = new AbortController()
export const port = 8080

/** A stranger's workloads: `ui` in one namespace asks, `api` and `db` in another answer, of which `db` is for `api` alone. */
export interface Town {
  readonly front: string
  readonly back: string
  readonly canary: string
}

export function townOf(name: string): Town {
  return { front: `${name}-front`, back: `${name}-back`, canary: `${name}-canary` }
}

export async function buildTown(client: Client, { front, back }: Town): Promise<void> {
  await Promise.all([front, back].map((name) => make(client, 'Namespace', { name, labels: restricted })))
  const workloads = [
    workload('Deployment', front, 'ui'),
    workload('Deployment', back, 'api'),
    workload('StatefulSet', back, 'db'),
  ]
  await Promise.all([
    ...workloads.map((object) => apply(client, object)),
    ...['api', 'db'].map((app) => apply(client, service(back, app))),
    allowDb(client, back),
  ])
  const at = (workloads as unknown as LiveObject[]).map(({ kind, metadata: { namespace, name } }) => ({
    ...{ resource: resources[kind as ResourceKind], namespace, name },
  }))
  await waitUntilReady(client, at, signal)
}

/** Removes its namespaces and waits for their end, so that another build finds room. */
export async function razeTown(client: Client, { front, back }: Town): Promise<void> {
  const at = [front, back].map((name) => ({ resource: resources.Namespace, name }))
  await Promise.all(at.map((each) => deleteObject(client, each, {}, signal)))
}

/** The policy that opens `db` to `api` and closes it to all others. */
export async function allowDb(client: Client, namespace: string): Promise<void> {
  await apply(client, {
    ...{ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { namespace, name: 'db-clients' } },
    spec: {
      podSelector: { matchLabels: { app: 'db' } },
      policyTypes: ['Ingress'],
      ingress: [{ from: [{ podSelector: { matchLabels: { app: 'api' } } }] }],
    },
  })
}

/** What must hold there, as a scenario. */
export function scenarioOf({ front, back }: Town): string {
  return `apiVersion: crosscheck.dev/v1alpha1
kind: Scenario
metadata: { name: town }
spec:
  sources:
    ui: { namespace: ${front}, like: deployment/ui }
    api: { namespace: ${back}, like: deployment/api }
    stranger: { namespace: ${front} }
  targets:
    api: { workload: ${back}/deploy/api, port: ${port} }
    db: { workload: ${back}/sts/db, port: ${port} }
  matrix:
    from: [ui, api, stranger]
    to: [api, db]
    allowed: ['* -> api', api -> api, api -> db]
`
}

export async function apply(
  client: Client,
  object: Manifest,
  resource: Resource = resources[object['kind'] as ResourceKind],
): Promise<LiveObject> {
  const { namespace, name } = object['metadata'] as { namespace?: string; name: string }
  return applyObject(client, { resource, namespace, name }, object, signal)
}

export function read(client: Client, kind: ResourceKind, namespace: string, name: string) {
  return getObject(client, { resource: resources[kind], namespace, name }, signal)
}

/** Names of the objects of a kind that carry a label. */
export async function namesOf(client: Client, kind: ResourceKind, namespace: string, labelSelector: string) {
  const found = await listObjects(client, { resource: resources[kind], namespace, labelSelector }, signal)
  return found.map(({ metadata }) => metadata.name)
}

function make(client: Client, kind: ResourceKind, metadata: Manifest): Promise<LiveObject> {
  return apply(client, { apiVersion: resources[kind].apiVersion, kind, metadata })
}

const restricted = { 'pod-security.kubernetes.io/enforce': 'restricted' }
const podSecurity = { runAsNonRoot: true, runAsUser: 65_532, seccompProfile: { type: 'RuntimeDefault' } }
const securityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } }

function workload(kind: 'Deployment' | 'StatefulSet', namespace: string, app: string): Manifest {
  const container = {
    ...{
      name: 'main',
      image,
      imagePullPolicy: 'IfNotPresent',
      args: ['listen', '--tcp', String(port)],
      securityContext,
    },
    readinessProbe: { tcpSocket: { port }, periodSeconds: 1 },
  }
  const spec = {
    ...{ containers: [container], securityContext: podSecurity },
    ...{ automountServiceAccountToken: false, terminationGracePeriodSeconds: 0 },
  }
  return {
    ...{ apiVersion: 'apps/v1', kind, metadata: { namespace, name: app } },
    spec: {
      ...{ replicas: 1, selector: { matchLabels: { app } }, template: { metadata: { labels: { app } }, spec } },
      ...(kind === 'StatefulSet' ? { serviceName: app } : {}),
    },
  }
}

function service(namespace: string, app: string): Manifest {
  const spec = { selector: { app }, ports: [{ port }] }
  return { apiVersion: 'v1', kind: 'Service', metadata: { namespace, name: app }, spec }
}
