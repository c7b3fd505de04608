import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Fabric, Manifest, Probe } from '../../fabric/fabric.ts'
import { type Client, connectCluster } from '../../fabric/kubernetes/api/client.ts'
import { applyObject, type LiveObject, listObjects } from '../../fabric/kubernetes/api/objects.ts'
import { resourceOf, resources } from '../../fabric/kubernetes/api/resources.ts'
import { inNamespace, namespace, pod, prefix, workload } from './awkward-objects.ts'
import { absent, access, clusterFabric } from './opening.ts'

const { signal } = new AbortController()
const space = `${prefix}-clones`
const kinds = ['Deployment', 'StatefulSet', 'ReplicaSet', 'DaemonSet', 'Pod'] as const
const nameOf = (kind: string) => kind.toLowerCase()

/** A real workload of each kind, a Service in front of it and a budget over it; none of them made by a run. */
function objectsOf(kind: (typeof kinds)[number]): Manifest[] {
  const name = nameOf(kind)
  const [deployment, service] = workload('clones', name) as [Manifest, Manifest]
  const { template } = deployment['spec'] as { template: { metadata: object; spec: object } }
  const spec = { selector: { matchLabels: { app: name } }, template }
  const counted = { replicas: 2, ...(kind === 'StatefulSet' ? { serviceName: name } : {}) }
  const real: Manifest =
    kind === 'Pod'
      ? { ...pod('clones', name), spec: template.spec }
      : inNamespace('clones', kind, name, kind === 'DaemonSet' ? spec : { ...counted, ...spec })
  const budget = { minAvailable: 1, selector: { matchLabels: { app: name } } }
  return [real, service, inNamespace('clones', 'PodDisruptionBudget', name, budget)]
}

describe.skipIf(absent !== undefined)(`clones on a cluster${absent === undefined ? '' : `: ${absent}`}`, () => {
  let client: Client
  let onlooker: Onlooker
  let visitor: Fabric

  beforeAll(async () => {
    client = await connectCluster(access)
    const put = (object: Manifest) => {
      const { namespace: at, name } = object['metadata'] as { namespace?: string; name: string }
      const kind = String(object['kind'])
      if (kind === 'PodDisruptionBudget') return client.send({ method: 'POST', path: budgets, body: object }, signal)
      const resource = resourceOf(String(object['apiVersion']), kind)!
      return applyObject(client, { resource, namespace: at, name }, object, signal)
    }
    await put(namespace('clones'))
    await Promise.all(kinds.flatMap(objectsOf).map(put))
    await vi.waitFor(allReady, { timeout: 120_000, interval: 500 })
    onlooker = look(client)
    visitor = await clusterFabric()
  }, 240_000)
  afterAll(async () => {
    onlooker.end()
    await visitor[Symbol.asyncDispose]()
    await client.send({ method: 'DELETE', path: `/api/v1/namespaces/${space}` }, signal)
    await client.close()
  })

  /** Pods, their Services and their budgets as they stay while nobody does anything. */
  async function allReady(): Promise<void> {
    const pods = await listObjects(client, { resource: resources.Pod, namespace: space }, signal)
    const ready = pods.filter(({ status }) => JSON.stringify(status).includes('"type":"Ready"') && isReady(status))
    const readyOf = (kind: (typeof kinds)[number]) =>
      ready.filter(({ metadata }) => metadata.labels!['app'] === nameOf(kind)).length
    // A StatefulSet makes its second pod when the first one is ready: that all pods are ready is not enough.
    for (const kind of ['Deployment', 'StatefulSet', 'ReplicaSet'] as const) expect(readyOf(kind), kind).toBe(2)
    const path = `/apis/apps/v1/namespaces/${space}/daemonsets/${nameOf('DaemonSet')}`
    const { status: daemons } = (await client.send({ method: 'GET', path }, signal)) as LiveObject
    expect(readyOf('DaemonSet'), 'DaemonSet').toBe(daemons?.['desiredNumberScheduled'])
    expect(readyOf('Pod'), 'Pod').toBe(1)
    expect(ready.length).toBe(pods.length)
    const { items } = (await client.send({ method: 'GET', path: budgets }, signal)) as { items: LiveObject[] }
    for (const { metadata, status } of items)
      expect(status!['currentHealthy'], metadata.name).toBe(
        ready.filter((pod) => pod.metadata.labels!['app'] === metadata.name).length,
      )
  }

  it('never are a ready endpoint, are adopted or deleted by nobody, and move no budget', async () => {
    await vi.waitFor(() => expect(onlooker.budgets.size).toBe(kinds.length), { timeout: 20_000 })
    const before = structuredClone(onlooker.budgets)
    const clones = await Promise.all(
      kinds.map(async (kind): Promise<Probe> => {
        const probe = await visitor.probe(
          { kind: 'like', namespace: space, workload: `${nameOf(kind)}/${nameOf(kind)}` },
          signal,
        )
        if ('unavailable' in probe) throw new Error(probe.unavailable)
        return probe
      }),
    )
    // The onlooker sees what it looks for: each clone is an endpoint of its Service, and not a ready one.
    const addresses = clones.map(({ addresses: [first] }) => first!)
    await vi.waitFor(() => expect([...onlooker.unready]).toEqual(expect.arrayContaining(addresses)), {
      timeout: 30_000,
    })
    expect(addresses.filter((address) => onlooker.ready.has(address))).toEqual([])
    expect([...onlooker.deleted]).toEqual([])
    expect(onlooker.controllers).toEqual(new Set(['ConfigMap']))
    await visitor[Symbol.asyncDispose]()
    await vi.waitFor(() => expect(onlooker.deleted.size).toBe(clones.length), { timeout: 30_000 })
    expect([...onlooker.deleted].toSorted()).toEqual(clones.map(({ pod }) => pod!.name).toSorted())
    expect(addresses.filter((address) => onlooker.ready.has(address))).toEqual([])
    expect(onlooker.budgets).toEqual(before)
  })
})

const budgets = `/apis/policy/v1/namespaces/${space}/poddisruptionbudgets`

function isReady(status: LiveObject['status']): boolean {
  const conditions = (status?.['conditions'] ?? []) as readonly { readonly type: string; readonly status: string }[]
  return conditions.some(({ type, status: held }) => type === 'Ready' && held === 'True')
}

/** Everything that somebody saw who watched from the first instant to the last. */
interface Onlooker {
  /** Addresses that ever were an endpoint: in use, or not. */
  readonly ready: Set<string>
  readonly unready: Set<string>
  /** Every value of `disruptionsAllowed` that each budget had. */
  readonly budgets: Map<string, Set<number>>
  /** Pods that went, and kinds of the controllers that clones had. */
  readonly deleted: Set<string>
  readonly controllers: Set<string>
  end(): void
}

function look(client: Client): Onlooker {
  const ended = new AbortController()
  const seen = {
    ...{ ready: new Set<string>(), unready: new Set<string>(), deleted: new Set<string>() },
    ...{ budgets: new Map<string, Set<number>>(), controllers: new Set<string>() },
  }
  const follow = async (path: string, on: (type: string, object: LiveObject) => void) => {
    try {
      for await (const { type, object } of client.watch(`${path}?watch=1`, ended.signal)) on(type, object as LiveObject)
    } catch (error) {
      if (!ended.signal.aborted) throw error
    }
  }
  const watches = [
    follow(`/apis/discovery.k8s.io/v1/namespaces/${space}/endpointslices`, (_, slice) => {
      for (const { addresses, conditions } of (slice as unknown as { endpoints?: Endpoint[] }).endpoints ?? []) {
        const into = conditions.ready === true || conditions.serving === true ? seen.ready : seen.unready
        for (const address of addresses) into.add(address)
      }
    }),
    follow(budgets, (_, { metadata, status }) => {
      const values = seen.budgets.get(metadata.name) ?? new Set()
      seen.budgets.set(metadata.name, values.add(Number(status?.['disruptionsAllowed'])))
    }),
    follow(`/api/v1/namespaces/${space}/pods`, (type, { metadata }) => {
      if (type === 'DELETED') seen.deleted.add(metadata.name)
      const clone = metadata.name.startsWith('crosscheck-')
      for (const { kind, controller } of metadata.ownerReferences ?? [])
        if (clone && controller === true) seen.controllers.add(kind)
    }),
  ]
  const all = Promise.all(watches)
  all.catch(() => undefined)
  return { ...seen, end: () => ended.abort() }
}

interface Endpoint {
  readonly addresses: string[]
  readonly conditions: { readonly ready?: boolean; readonly serving?: boolean }
}
