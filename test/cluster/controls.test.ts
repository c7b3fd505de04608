import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Manifest } from '../../fabric/fabric.ts'
import { type Client, connectCluster } from '../../fabric/kubernetes/api/client.ts'
import { applyObject, listObjects } from '../../fabric/kubernetes/api/objects.ts'
import { type ResourceKind, resources } from '../../fabric/kubernetes/api/resources.ts'
import { createNodes } from '../../fabric/kubernetes/nodes.ts'
import { openCluster } from '../../fabric/kubernetes/open.ts'
import { createPod, untilRunning } from '../../fabric/kubernetes/probe/pod-creation.ts'
import { createPodWatch } from '../../fabric/kubernetes/probe/pod-watch.ts'
import { denyIngress } from '../runner/objects.ts'
import { type Ran, runIn } from '../runner/run-in-lab.ts'
import { absent, access, clusterOptions, image } from './opening.ts'

const namespace = 'crosscheck-controls'
const { signal } = new AbortController()

/** A stranger's server without a readiness probe: nothing but a forward shows that it lives, behind a policy that shuts it. */
const server: Manifest = {
  apiVersion: 'v1',
  kind: 'Pod',
  // Labelled so that the watch of the test sees it; the run has no part in it.
  metadata: { namespace, name: 'server', labels: { app: 'server', 'crosscheck.dev/owned': 'true' } },
  spec: {
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 1,
    containers: [{ name: 'server', image, args: ['listen', '--tcp', '8080'], ports: [{ containerPort: 8080 }] }],
  },
}

describe.skipIf(absent !== undefined)(`controls on a cluster${absent === undefined ? '' : `: ${absent}`}`, () => {
  let client: Client
  let ran: Ran
  let canary: string | undefined

  beforeAll(async () => {
    client = await connectCluster(access)
    await client.send({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: namespace } } }, signal)
    const deny = denyIngress(`${namespace}/shut`)
    await applyObject(client, { resource: resources.NetworkPolicy, namespace, name: 'shut' }, deny, signal)
    await createPod(client, server, signal)
    await untilRunning(
      { pods: createPodWatch(client), nodes: createNodes(client) },
      { namespace, name: 'server' },
      { withinMs: 90_000, signal },
    )
    await client.send(
      {
        method: 'PATCH',
        path: `/api/v1/namespaces/${namespace}/pods/server`,
        contentType: 'application/merge-patch+json',
        body: { metadata: { labels: { 'crosscheck.dev/owned': null } } },
      },
      signal,
    )
    const open = async () => {
      const fabric = await openCluster(clusterOptions(), signal)
      canary = fabric.canaryNamespace
      return fabric
    }
    const blocked = (to: string) => ({ from: 'guest', to, expect: 'blocked' })
    const paths = [blocked(`${namespace}/pod/server:8080`), blocked(`${namespace}/pod/server:9090`)]
    const spec = {
      settle: '0',
      sources: { guest: { namespace } },
      paths: paths.map((path) => ({ ...path, family: 4 })),
    }
    ran = await runIn({ spec }, open)
  })
  afterAll(async () => {
    await client.send({ method: 'DELETE', path: `/api/v1/namespaces/${namespace}` }, signal)
    await client.close()
  })

  it('counts a silence as a block where only a port-forward shows that the target lives, and names it', () => {
    const shut = ran.of('guest', `${namespace}/pod/server:8080`)
    expect(shut).toMatchObject({ status: 'pass', seen: 'blocked' })
    expect(shut.control.map(({ kind }) => kind)).toContain('port-forward')
  })

  it('does not, where a port-forward finds nobody', () => {
    const nobody = ran.of('guest', `${namespace}/pod/server:9090`)
    expect(nobody).toMatchObject({ status: 'inconclusive', cause: 'no_control' })
  })

  it('has tried both sides of policies on the target’s node, in every family of the cluster', () => {
    const sides = ran.canaries.map(({ side, ok }) => `${side} ${ok}`)
    expect(new Set(sides)).toEqual(new Set(['ingress true', 'egress true']))
    expect(new Set(ran.canaries.map(({ node }) => node)).size).toBe(1)
  })

  it('has left nothing when the run ends', async () => {
    const kinds: ResourceKind[] = ['Pod', 'Job', 'NetworkPolicy', 'ConfigMap', 'ServiceAccount']
    const lists = await Promise.all(
      [namespace, canary!].flatMap((each) =>
        kinds.map((kind) =>
          listObjects(
            client,
            { resource: resources[kind], namespace: each, labelSelector: 'crosscheck.dev/owned' },
            signal,
          ),
        ),
      ),
    )
    expect(lists.flat().map(({ metadata }) => metadata.name)).toEqual([])
  })
})
