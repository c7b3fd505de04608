import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CheckInput, checkSchema } from '../../checks/check.ts'
import type { Outcome } from '../../checks/outcome.ts'
import type { Fabric, Identity, Manifest, Probe } from '../../fabric/fabric.ts'
import { type Client, connectCluster } from '../../fabric/kubernetes/api/client.ts'
import { applyObject, getObject, type LiveObject, listObjects } from '../../fabric/kubernetes/api/objects.ts'
import { resources } from '../../fabric/kubernetes/api/resources.ts'
import { absent, access, clusterFabric, image } from './opening.ts'

const namespace = 'crosscheck-identities'
const { signal } = new AbortController()
const port = 8080

describe.skipIf(absent !== undefined)(`identities on a cluster${absent === undefined ? '' : `: ${absent}`}`, () => {
  let fabric: Fabric
  /** Another run, for which the workloads are a stranger's. */
  let visitor: Fabric
  let client: Client
  const containers = [{ name: 'app', image: 'app', ports: [{ name: 'web', containerPort: port }] }]
  const workload = (kind: string, name: string, spec: Manifest): Manifest => ({
    apiVersion: 'apps/v1',
    kind,
    metadata: { namespace, name },
    spec: {
      ...{ ...spec, selector: { matchLabels: { app: name } } },
      template: { metadata: { labels: { app: name, tier: kind.toLowerCase() } }, spec: { containers } },
    },
  })
  const service = (name: string): Manifest => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace, name },
    spec: { selector: { app: name }, ports: [{ port: 80, targetPort: 'web' }] },
  })

  beforeAll(async () => {
    client = await connectCluster(access)
    ;[fabric, visitor] = await Promise.all([clusterFabric(), clusterFabric()])
    const objects: Manifest[] = [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels: restrictedLabels } },
      ...[service('web'), service('db'), service('solo')],
      workload('Deployment', 'web', { replicas: 1 }),
      workload('StatefulSet', 'db', { replicas: 1, serviceName: 'db' }),
      workload('DaemonSet', 'agent', {}),
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { namespace, name: 'solo', labels: { app: 'solo' } },
        spec: { containers },
      },
    ]
    await fabric.apply({ kind: 'apply', objects }, signal)
    await client.send({ method: 'POST', path: `${budgets}`, body: budget('web') }, signal)
  })
  afterAll(async () => {
    await visitor[Symbol.asyncDispose]()
    await fabric[Symbol.asyncDispose]()
    await client.close()
  })

  const probeFor = async (identity: Identity, run = fabric): Promise<Probe> => {
    const probe = await run.probe(identity, signal)
    if ('unavailable' in probe) throw new Error(probe.unavailable)
    return probe
  }
  const observe = async (probe: Probe, check: CheckInput): Promise<Outcome> => {
    for await (const { outcome } of probe.run([checkSchema.parse(check)], signal)) return outcome
    throw new Error('no observation')
  }
  const addressOf = async (name: string) => {
    const { pods } = await fabric.world(signal)
    return pods.find((pod) => pod.namespace === namespace && pod.workload.name === name)!.addresses[0]!
  }
  const livePod = (probe: Probe) =>
    getObject(client, { resource: resources.Pod, namespace, name: probe.pod!.name }, signal)

  it.each([
    ['deployment/web', { app: 'web', tier: 'deployment' }],
    ['statefulset/db', { app: 'db', tier: 'statefulset' }],
    ['daemonset/agent', { app: 'agent', tier: 'daemonset' }],
    ['pod/solo', { app: 'solo' }],
  ])('stands in for %s with its labels, gets no traffic and is adopted by nobody', async (name, labels) => {
    const probe = await probeFor({ kind: 'like', namespace, workload: name }, visitor)
    expect(await observe(probe, { kind: 'tcp', host: await addressOf('web'), port })).toMatchObject({
      reason: 'connected',
      localAddress: probe.addresses[0],
    })
    expect(probe.pod!.labels).toEqual({ ...labels, 'crosscheck.dev/owned': 'true' })
    const live = await livePod(probe)
    const owners = live!.metadata.ownerReferences!.map(({ kind, controller = false }) => ({ kind, controller }))
    const job = { kind: 'Job', controller: false }
    expect(owners).toEqual(name === 'daemonset/agent' ? [{ kind: 'ConfigMap', controller: true }, job] : [job])
    expect(live!.metadata.deletionTimestamp).toBeUndefined()
    expect(await readyAddresses()).not.toContain(probe.addresses[0])
  })

  it('leaves a disruption budget its figures while a clone lives', async () => {
    await probeFor({ kind: 'like', namespace, workload: 'deployment/web' }, visitor)
    const live = (await client.send({ method: 'GET', path: `${budgets}/web` }, signal)) as LiveObject
    expect(live.status).toMatchObject({ expectedPods: 1, currentHealthy: 1, disruptionsAllowed: 1 })
  })

  it('keeps probes apart where no node was asked for, and asks from each node that was', async () => {
    const apart = await probeFor({ kind: 'namespace', namespace, labels: { apart: 'yes' } })
    const { affinity } = (await livePod(apart))!.spec as { affinity: object }
    expect(affinity).toMatchObject({
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { podAffinityTerm: { topologyKey: 'kubernetes.io/hostname', namespaceSelector: {} } },
        ],
      },
    })
    const host = await addressOf('web')
    const { nodes } = await fabric.world(signal)
    const probes = await Promise.all(nodes.map(({ name }) => probeFor({ kind: 'namespace', namespace, node: name })))
    expect(probes.map(({ node }) => node)).toEqual(nodes.map(({ name }) => name))
    for (const probe of probes)
      expect(await observe(probe, { kind: 'tcp', host, port }), probe.node).toMatchObject({ reason: 'connected' })
    const node = nodes[0]!.name
    expect(await fabric.probe({ kind: 'node', node, control: true }, signal)).toEqual({
      unavailable: `no pod is started on the network of ${node} for a control`,
    })
  })

  it.each(['as', 'like'] as const)('asks %s a workload of this run in its own pod', async (kind) => {
    const probe = await probeFor({ kind, namespace, workload: 'deployment/web' })
    expect(probe).toMatchObject({
      pod: { labels: { app: 'web' } },
      note: expect.stringContaining('tested in its pod web-'),
    })
    expect(await observe(probe, { kind: 'tcp', host: await addressOf('db'), port })).toMatchObject({
      reason: 'connected',
    })
  })

  it('asks from inside a pod of this run without another container', async () => {
    const { pods } = await fabric.world(signal)
    const pod = pods.find((each) => each.namespace === namespace && each.workload.name === 'web')!
    const probe = await probeFor({ kind: 'inside', namespace, pod: pod.name })
    const host = pod.addresses[0]!
    expect(await observe(probe, { kind: 'tcp', host, port })).toMatchObject({ reason: 'connected', localAddress: host })
    expect(await observe(probe, { kind: 'tcp', host, port: 8081 })).toMatchObject({ reason: 'connect_refused' })
  })

  it('enters a real pod by an ephemeral container that ends with the run, and says so', async () => {
    await strangersPod('real')
    const own = await clusterFabric()
    const probe = await own.probe({ kind: 'as', namespace, workload: 'pod/real' }, signal)
    if ('unavailable' in probe) throw new Error(probe.unavailable)
    expect(probe.note).toContain('finished container')
    const host = await addressOf('web')
    expect(await observe(probe, { kind: 'tcp', host, port })).toMatchObject({
      reason: 'connected',
      localAddress: probe.addresses[0],
    })
    await own[Symbol.asyncDispose]()
    await expect.poll(() => ephemeralState('real'), { timeout: 20_000 }).toHaveProperty('terminated.exitCode', 0)
  })

  it('does not enter a pod whose memory headroom is not known', async () => {
    await strangersPod('tight', { limits: { memory: '300Mi' } })
    const probe = await fabric.probe({ kind: 'as', namespace, workload: 'pod/tight' }, signal)
    expect(probe).toMatchObject({ unavailable: expect.stringContaining('128 MiB are needed') })
  })

  it('refuses to stand in where a Service publishes pods that are not ready', async () => {
    const spec = { selector: { app: 'solo' }, ports: [{ port: 80 }], publishNotReadyAddresses: true }
    const exposing: Manifest = { apiVersion: 'v1', kind: 'Service', metadata: { namespace, name: 'exposing' }, spec }
    await fabric.apply({ kind: 'apply', objects: [exposing] }, signal)
    const other = await fabric.probe({ kind: 'namespace', namespace, labels: { app: 'solo' } }, signal)
    expect(other).toMatchObject({ unavailable: expect.stringContaining('the Service exposing publishes pods') })
  })

  it('changes nothing in a namespace that it did not make', async () => {
    const policy = (where: string): Manifest => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { namespace: where, name: 'intruder' },
      spec: { podSelector: {} },
    })
    const changes = [
      { kind: 'apply', objects: [policy('default')] },
      { kind: 'delete', objects: [policy('kube-system')] },
      { kind: 'label', object: 'Namespace/default', labels: { a: 'b' } },
    ] as const
    for (const change of changes) await expect(fabric.apply(change, signal)).rejects.toThrow(/not made by/)
    expect(
      await getObject(client, { resource: resources.NetworkPolicy, namespace: 'default', name: 'intruder' }, signal),
    ).toBeUndefined()
  })

  async function readyAddresses(): Promise<string[]> {
    const slices = await listObjects(client, { resource: resources.EndpointSlice, namespace }, signal)
    const endpoints = slices.flatMap((slice) => (slice as unknown as { endpoints?: Endpoint[] }).endpoints ?? [])
    return endpoints
      .filter(({ conditions }) => conditions.ready || conditions.serving)
      .flatMap(({ addresses }) => addresses)
  }

  /** A pod that no run made. */
  async function strangersPod(name: string, limited: Manifest = {}): Promise<void> {
    const real = {
      ...containers[0],
      image,
      args: ['listen', '--tcp', String(port)],
      securityContext,
      resources: limited,
    }
    const spec = { containers: [real], securityContext: podSecurity, automountServiceAccountToken: false }
    const pod: Manifest = { apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name }, spec }
    await applyObject(client, { resource: resources.Pod, namespace, name }, pod, signal)
    await waitForAddress(name)
  }

  async function waitForAddress(name: string): Promise<void> {
    const at = { resource: resources.Pod, namespace, name }
    await expect
      .poll(async () => (await getObject(client, at, signal))?.status, { timeout: 30_000 })
      .toHaveProperty('podIP')
  }

  async function ephemeralState(name: string): Promise<unknown> {
    const live = await getObject(client, { resource: resources.Pod, namespace, name }, signal)
    return (live!.status!['ephemeralContainerStatuses'] as { state: unknown }[])[0]!.state
  }
})

interface Endpoint {
  readonly addresses: string[]
  readonly conditions: { readonly ready?: boolean; readonly serving?: boolean }
}

const restrictedLabels = { 'pod-security.kubernetes.io/enforce': 'restricted' }
const budgets = `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`
const podSecurity = { runAsNonRoot: true, runAsUser: 65_532, seccompProfile: { type: 'RuntimeDefault' } }
const securityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } }

function budget(name: string): Manifest {
  const spec = { maxUnavailable: 1, selector: { matchLabels: { app: name } } }
  return { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { namespace, name }, spec }
}
