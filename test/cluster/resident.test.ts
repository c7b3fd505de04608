import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { checkSchema } from '../../checks/check.ts'
import type { Outcome } from '../../checks/outcome.ts'
import type { Fabric, Identity, Manifest, Probe } from '../../fabric/fabric.ts'
import { type Client, connectCluster } from '../../fabric/kubernetes/api/client.ts'
import { deleteObject, type LiveObject, listObjects } from '../../fabric/kubernetes/api/objects.ts'
import { resources } from '../../fabric/kubernetes/api/resources.ts'
import { openCluster } from '../../fabric/kubernetes/open.ts'
import { createControl } from '../../fabric/kubernetes/probe/control-batch.ts'
import { controlPort } from '../../fabric/kubernetes/probe/pod-spec.ts'
import { crosscheck } from '../runner/cli/crosscheck.ts'
import { absent, access, clusterOptions, image } from './opening.ts'
import { allowDb, apply, buildTown, namesOf, port, razeTown, read, scenarioOf, townOf } from './resident-town.ts'

const { signal } = new AbortController()
const town = townOf('crosscheck-resident')
const { front, back, canary } = town
const mark = 'crosscheck.dev/resident'
const reader = `${front}:watcher`

describe.skipIf(absent !== undefined)(`resident probes${absent === undefined ? '' : `: ${absent}`}`, () => {
  let client: Client
  let folder: string
  const probes = (...args: string[]) => crosscheck(['probes', ...args, '--image', image, '--canary-namespace', canary])
  const run = (...args: string[]) =>
    crosscheck(['run', folder, '--image', image, '--canary-namespace', canary, ...args])

  beforeAll(async () => {
    client = await connectCluster(access)
    folder = await mkdtemp(join(tmpdir(), 'crosscheck-resident-'))
    await writeFile(join(folder, 'town.yaml'), scenarioOf(town))
    await buildTown(client, town)
  })
  afterAll(async () => {
    await rm(folder, { recursive: true })
    await deleteObject(client, { resource: resources.Namespace, name: canary }, {}, signal)
    await razeTown(client, town)
    await client.close()
  })

  /** Asks from an identity in a run of its own, which must not make a pod for it. */
  async function asked<T>(identity: Identity, use: (probe: Probe, fabric: Fabric) => Promise<T>): Promise<T> {
    const fabric = await openCluster({ ...clusterOptions(), canaryNamespace: canary }, signal)
    try {
      const probe = await fabric.probe(identity, signal)
      if ('unavailable' in probe) throw new Error(probe.unavailable)
      return await use(probe, fabric)
    } finally {
      await fabric[Symbol.asyncDispose]()
    }
  }
  const checkOf = async (probe: Probe, host: string): Promise<Outcome> => {
    for await (const { outcome } of probe.run([checkSchema.parse({ kind: 'tcp', host, port })], signal)) return outcome
    throw new Error('no observation')
  }
  const podOf = async (namespace: string, name: string) => (await read(client, 'Pod', namespace, name))!

  it('says whom it would stand for, and prints manifests for a repository, without making anything', async () => {
    const told = await probes('install', folder, '--dry-run')
    expect(told).toMatchObject({ code: 0, stderr: '' })
    expect(
      told.stdout
        .split('\n')
        .slice(0, 4)
        .map((line) => line.split(/ {2,}/).slice(0, 3)),
    ).toEqual([
      ['NAMESPACE', 'STANDS FOR', 'MADE'],
      [front, 'deployment/ui', 'StatefulSet crosscheck-deployment-ui'],
      [back, 'deployment/api', 'StatefulSet crosscheck-deployment-api'],
      [front, 'plain', 'StatefulSet crosscheck-plain'],
    ])
    const { stdout } = await probes('install', folder, '-o', 'yaml', '--reader', reader)
    const kinds = parseAllDocuments(stdout).map((document) => (document.toJS() as LiveObject).kind)
    expect(kinds.join(' ')).toBe(
      'StatefulSet StatefulSet StatefulSet Namespace DaemonSet DaemonSet Role RoleBinding Role RoleBinding Role RoleBinding',
    )
    expect(stdout).not.toMatch(/kind: Secret|token: /)
    expect(await namesOf(client, 'StatefulSet', front, mark)).toEqual([])
  })

  it('installs a probe for each identity, with its labels and one more, which no Service sends traffic', async () => {
    const installed = await probes('install', folder, '--reader', reader)
    expect(installed).toMatchObject({ code: 0, stderr: '' })
    const pod = await podOf(back, 'crosscheck-deployment-api-0')
    expect(pod.metadata.labels).toMatchObject({ app: 'api', [mark]: 'crosscheck-deployment-api' })
    expect(pod.metadata.labels).not.toHaveProperty('crosscheck.dev/owned')
    expect(pod.spec).toMatchObject({ automountServiceAccountToken: false })
    const slices = await listObjects(client, { resource: resources.EndpointSlice, namespace: back }, signal)
    const endpoints = slices.flatMap((slice) => (slice as unknown as { endpoints?: Endpoint[] }).endpoints ?? [])
    const own = endpoints.filter(({ addresses }) => addresses.includes(String(pod.status!['podIP'])))
    expect(own.map(({ conditions }) => conditions)).toEqual(
      own.map(() => ({ ready: false, serving: false, terminating: false })),
    )
    expect(own.length).toBeGreaterThan(0)
  })

  it('is asked instead of a fresh pod, for a workload, for a pod of it and for a plain pod', async () => {
    const [db] = await listObjects(
      client,
      { resource: resources.Pod, namespace: back, labelSelector: 'app=db' },
      signal,
    )
    const host = String(db!.status!['podIP'])
    const ui = await listObjects(
      client,
      { resource: resources.Pod, namespace: front, labelSelector: 'app=ui,!crosscheck.dev/resident' },
      signal,
    )
    const expected = [
      [{ kind: 'like', namespace: back, workload: 'deployment/api' }, 'crosscheck-deployment-api-0', 'connected'],
      [{ kind: 'pod', namespace: front, name: ui[0]!.metadata.name }, 'crosscheck-deployment-ui-0', 'connect_timeout'],
      [{ kind: 'namespace', namespace: front }, 'crosscheck-plain-0', 'connect_timeout'],
    ] as const
    for (const [identity, name, reason] of expected)
      await asked(identity, async (probe) => {
        expect(probe).toMatchObject({ pod: { name }, note: expect.stringContaining('by a resident probe for') })
        expect(await checkOf(probe, host)).toMatchObject({
          reason,
          ...(reason === 'connected' && { localAddress: probe.addresses[0] }),
        })
        expect(await namesOf(client, 'Pod', probe.pod!.namespace, 'crosscheck.dev/owned')).toEqual([])
      })
  })

  it('leaves sources with other labels to fresh pods', async () => {
    await asked({ kind: 'namespace', namespace: front, labels: { app: 'other' } }, async (probe) => {
      expect(probe.pod!.name).toMatch(/^crosscheck-[0-9a-f]{8}-/)
    })
  })

  it('takes no check without the token of its namespace', async () => {
    const open = () => client.forward({ namespace: back, pod: 'crosscheck-deployment-api-0', port: controlPort })
    const control = createControl({ open, token: 'guessed', addresses: [], stop: false })
    const check = checkSchema.parse({ kind: 'tcp', host: '192.0.2.1', port: 80 })
    const seen = []
    for await (const { outcome } of control.run([check], signal)) seen.push(outcome)
    await control.close()
    expect(seen).toMatchObject([{ reason: 'not_run', detail: expect.stringContaining('HTTP 401') }])
  })

  it('lets the reader use the probes, and nothing else of their namespaces', async () => {
    const may = async (resource: string, name: string, verb: string, namespace = back) => {
      const [plural, subresource] = resource.split('/')
      const resourceAttributes = { namespace, verb, resource: plural, subresource, name }
      const user = `system:serviceaccount:${reader}`
      const spec = { user, groups: ['system:serviceaccounts', 'system:authenticated'], resourceAttributes }
      const path = '/apis/authorization.k8s.io/v1/subjectaccessreviews'
      const answer = (await client.send({ method: 'POST', path, body: { spec } }, signal)) as LiveObject
      return answer.status!['allowed']
    }
    expect(await may('pods/portforward', 'crosscheck-deployment-api-0', 'create')).toBe(true)
    expect(await may('secrets', 'crosscheck-resident', 'get')).toBe(true)
    expect(await may('pods/portforward', 'db-0', 'create')).toBe(false)
    expect(await may('secrets', 'other', 'get')).toBe(false)
    expect(await may('pods', '', 'create')).toBe(false)
    expect(await may('pods', '', 'create', canary)).toBe(false)
  })

  it('makes no pod for a run, whose runs take turns with the standing canary and leave nothing', async () => {
    const seen = new Set<string>()
    const watching = new AbortController()
    const watched = watchOwnedPods(seen, watching.signal)
    const [one, other] = await Promise.all([run('-v'), run()])
    watching.abort()
    await watched
    expect([one.code, other.code], one.stdout + one.stderr + other.stdout + other.stderr).toEqual([0, 0])
    expect(one.stdout).toContain('tested by a resident probe for deployment/ui')
    expect(one.stdout).toMatch(/policies are enforced on \S+ over IPv4 \(canary\)/)
    expect([...seen]).toEqual([])
    for (const kind of ['NetworkPolicy', 'Job'] as const)
      await expect.poll(() => namesOf(client, kind, canary, 'crosscheck.dev/owned')).toEqual([])
  })

  it('tells what drifted', async () => {
    await deleteObject(client, { resource: resources.NetworkPolicy, namespace: back, name: 'db-clients' }, {}, signal)
    const drifted = await run()
    await allowDb(client, back)
    expect(drifted.code, drifted.stdout + drifted.stderr).toBe(1)
    expect(drifted.stdout).toMatch(/FAIL ui → db.*: expected blocked, saw open\n.*cause policy/)
  })

  async function watchOwnedPods(seen: Set<string>, until: AbortSignal): Promise<void> {
    while (!until.aborted)
      for (const namespace of [front, back, canary])
        for (const name of await namesOf(client, 'Pod', namespace, 'crosscheck.dev/owned'))
          seen.add(`${namespace}/${name}`)
  }

  it('lists whom it stands for, where, and whether it is warm', async () => {
    const { code, stdout } = await probes('list', '-n', back, '-o', 'json')
    expect(code).toBe(0)
    const { probes: rows } = JSON.parse(stdout) as { probes: Manifest[] }
    expect(rows).toMatchObject([
      { namespace: back, identity: 'deployment/api', pod: 'crosscheck-deployment-api-0', image },
    ])
    expect(rows[0]).toHaveProperty('node', (await podOf(back, 'crosscheck-deployment-api-0')).spec!['nodeName'])
  })

  it('does not stand in for a workload whose labels have changed, until it is installed again', async () => {
    const relabel = async (labels: Manifest) => {
      const template = { metadata: { labels } }
      const contentType = 'application/merge-patch+json'
      const path = `/apis/apps/v1/namespaces/${front}/deployments/ui`
      await client.send({ method: 'PATCH', path, contentType, body: { spec: { template } } }, signal)
    }
    const identity = { kind: 'like', namespace: front, workload: 'deployment/ui' } as const
    await relabel({ tier: 'web' })
    await asked(identity, async ({ pod }) => expect(pod!.name).not.toBe('crosscheck-deployment-ui-0'))
    expect(await probes('install', folder)).toMatchObject({ code: 0, stderr: '' })
    await asked(identity, async ({ pod }) =>
      expect(pod).toMatchObject({ name: 'crosscheck-deployment-ui-0', labels: { tier: 'web' } }),
    )
  })

  it('does not install what a budget or an autoscaler would count, unless that is accepted', async () => {
    const named = { metadata: { name: 'counting' } }
    const budget = (spec: Manifest) => ({ ...named, spec: { ...spec, selector: { matchLabels: { app: 'api' } } } })
    const budgets = `/apis/policy/v1/namespaces/${back}/poddisruptionbudgets`
    await client.send({ method: 'POST', path: budgets, body: budget({ maxUnavailable: 1 }) }, signal)
    const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'ui' }
    const autoscalers = `/apis/autoscaling/v2/namespaces/${front}/horizontalpodautoscalers`
    await client.send(
      { method: 'POST', path: autoscalers, body: { ...named, spec: { scaleTargetRef, maxReplicas: 2 } } },
      signal,
    )
    const refused = await probes('install', folder, '--dry-run')
    expect(refused.code).toBe(1)
    expect(refused.stdout).toContain(
      `not for ${back}/crosscheck-deployment-api: the PodDisruptionBudget counting would allow one disruption less`,
    )
    expect(refused.stdout).toContain(
      `not for ${front}/crosscheck-deployment-ui: the HorizontalPodAutoscaler counting would count it; --force`,
    )
    expect((await probes('install', folder, '--dry-run', '--force')).code).toBe(0)
    await client.send({ method: 'DELETE', path: `${budgets}/counting` }, signal)
    await client.send({ method: 'DELETE', path: `${autoscalers}/counting` }, signal)
    await client.send({ method: 'POST', path: budgets, body: budget({ minAvailable: 1 }) }, signal)
    expect((await probes('install', folder, '--dry-run')).code).toBe(0)
    const figures = { currentHealthy: 1, desiredHealthy: 1, disruptionsAllowed: 0 }
    await expect
      .poll(() => client.send({ method: 'GET', path: `${budgets}/counting` }, signal))
      .toMatchObject({ status: figures })
  })

  it('never goes where a Service publishes pods that are not ready', async () => {
    const spec = { selector: { app: 'api' }, ports: [{ port }], publishNotReadyAddresses: true }
    await apply(client, { apiVersion: 'v1', kind: 'Service', metadata: { namespace: back, name: 'exposing' }, spec })
    const { code, stdout } = await probes('install', folder, '--dry-run', '--force')
    expect(code).toBe(1)
    expect(stdout).toContain('the Service exposing publishes pods that are not ready, and would send it traffic\n')
    await deleteObject(client, { resource: resources.Service, namespace: back, name: 'exposing' }, {}, signal)
  })

  it('finds the same probes by the pods of a namespace, and leaves those that are there as they are', async () => {
    const before = await podOf(front, 'crosscheck-deployment-ui-0')
    const installed = await probes('install', '-n', front, '-n', back, '--no-canary')
    expect(installed).toMatchObject({ code: 0, stderr: '' })
    expect(installed.stdout).toContain(`${back}   statefulset/db  crosscheck-statefulset-db-0`)
    expect((await podOf(front, 'crosscheck-deployment-ui-0')).metadata.uid).toBe(before.metadata.uid)
  })

  it('removes the probes of a namespace, and all that belongs to them', async () => {
    const { code, stdout } = await probes('remove', '-n', back, '-n', canary)
    expect(code).toBe(0)
    expect(stdout).toContain(`removed StatefulSet ${back}/crosscheck-deployment-api\n`)
    expect(stdout).toContain(`removed Namespace ${canary}\n`)
    for (const kind of ['StatefulSet', 'Pod', 'Secret', 'Role', 'RoleBinding'] as const) {
      expect(await namesOf(client, kind, back, mark)).toEqual([])
      expect(await namesOf(client, kind, front, mark)).not.toEqual([])
    }
  })

  it('is on every node where that is asked for, and in one piece gone', async () => {
    expect(await probes('remove', '-n', front)).toMatchObject({ code: 0 })
    expect(await probes('install', folder, '--every-node', '--no-canary')).toMatchObject({ code: 0, stderr: '' })
    const nodes = await listObjects(client, { resource: resources.Node }, signal)
    for (const {
      metadata: { name: node },
    } of nodes)
      await asked({ kind: 'namespace', namespace: front, node }, async (probe) => {
        expect(probe.node).toBe(node)
        expect(probe.note).toBe('tested by a resident probe for plain')
      })
    expect(await probes('remove', '-n', front, '-n', back)).toMatchObject({ code: 0 })
    expect(await namesOf(client, 'Pod', front, mark)).toEqual([])
  })
})

interface Endpoint {
  readonly addresses: readonly string[]
  readonly conditions: Manifest
}
