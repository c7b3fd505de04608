import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { createAllocator } from '../../../fabric/manifests/allocator.ts'
import { readManifests } from '../../../fabric/manifests/read.ts'
import { buildWorld } from '../../../fabric/manifests/world.ts'
import type { World } from '../../../fabric/world.ts'
import { confirm } from '../../../runner/cli/confirm.ts'
import type { Io } from '../../../runner/cli/io.ts'
import { discardChanged } from '../../../runner/matrix/discard-changed.ts'
import { effortOf, effortText } from '../../../runner/matrix/effort.ts'
import { planMatrix } from '../../../runner/matrix/plan.ts'
import { predictMatrix, withObserved } from '../../../runner/matrix/predict.ts'

const timing = {
  allowed: { deadlineMs: 4000, attempts: 2 },
  blocked: { deadlineMs: 3500, attempts: 1 },
  canaryMs: 500,
  policies: 'eventually',
} as const
const options = { namespaces: ['x'], selector: {}, everything: false, ports: [], services: false, timing }

const deployment = (name: string, replicas: number) => `---
apiVersion: apps/v1
kind: Deployment
metadata: {namespace: x, name: ${name}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: ${name}}}
  template: {metadata: {labels: {app: ${name}}}, spec: {containers: [{name: c, image: i, ports: [{containerPort: 80}]}]}}
`
const denyDb = `---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {namespace: x, name: db}
spec: {podSelector: {matchLabels: {app: db}}}
`
const allocator = createAllocator()
const worldOf = (text: string): World =>
  buildWorld(readManifests([{ file: 'all.yaml', text }]).objects, { allocator }).world

describe('a matrix of a cluster', () => {
  const plan = planMatrix(worldOf(deployment('web', 2) + deployment('db', 1)), {
    ...options,
    matrixSources: 'workloads',
  })

  it('is asked by one probe for each workload, like its pods, and asks every pod', () => {
    expect(plan.sources.map(({ identity }) => identity)).toEqual([
      { kind: 'like', namespace: 'x', workload: 'deployment/web' },
      { kind: 'like', namespace: 'x', workload: 'deployment/db' },
    ])
    const ends = plan.cells.map(({ from, to }) => `${from.name} ${to.kind === 'pod' ? to.pod.name : ''}`)
    expect(ends).toEqual(['web-1 web-2', 'web-1 db-1', 'db-1 web-1', 'db-1 web-2'])
  })

  it('is asked from a node that runs an isolated pod and from one that does not, where a workload is on their network', () => {
    const agents = deployment('agent', 1)
      .replace('kind: Deployment', 'kind: DaemonSet')
      .replace('spec: {containers', 'spec: {hostNetwork: true, containers')
    const nodes = ['n1', 'n2', 'n3'].map((name) => `---\napiVersion: v1\nkind: Node\nmetadata: {name: ${name}}\n`)
    const world = worldOf(agents + deployment('db', 1) + denyDb + nodes.join(''))
    const { sources } = planMatrix(world, { ...options, matrixSources: 'workloads' })
    const home = world.pods.find(({ name }) => name === 'db-1')?.node
    const nodesOf = (workload: string) =>
      sources.flatMap(({ identity }) =>
        identity.kind === 'like' && identity.workload === workload ? [identity.node] : [],
      )
    expect(new Set(nodesOf('daemonset/agent').map((node) => node === home))).toEqual(new Set([false, true]))
    expect(nodesOf('deployment/db')).toEqual([undefined])
  })

  it('says what it takes: pods, probes, connections, and the rounds that a source has to wait', () => {
    const effort = effortOf(plan, timing)
    expect(effort).toMatchObject({ pods: 3, probes: 2, connections: 4 })
    expect(effortText({ ...effort, seconds: 14 })).toBe('3 pods: 2 probes, 4 connections, about 14 s')
    const large = planMatrix(worldOf(deployment('web', 120)), { ...options, matrixSources: 'workloads' })
    expect(effortOf(large, timing).seconds - effort.seconds).toBe(7)
    expect(effortText({ pods: 1, probes: 1, connections: 1, seconds: 1 })).toContain('1 pod: 1 probe, 1 connection,')
  })
})

describe('a world that changes while a matrix is measured', () => {
  const before = worldOf(deployment('web', 1) + deployment('db', 1))
  const plan = planMatrix(before, options)
  const cells = predictMatrix(plan, before).map(({ planned, cell }) => ({
    planned,
    cell: { ...cell, observed: 'open' as const, reason: 'connected' as const },
  }))
  const told = (after: World) =>
    withObserved(predictMatrix(plan, before), discardChanged(cells, { plan, before, after })).map(
      ({ cell: { from, to, observed, reason } }) => `${from} ${to} ${observed} ${reason}`,
    )

  it('leaves nothing known of paths that policies treat otherwise now', () => {
    expect(told(before)).toEqual(['x/web-1 x/db-1 open connected', 'x/db-1 x/web-1 open connected'])
    expect(told({ ...before, policies: worldOf(denyDb).policies })).toEqual([
      'x/web-1 x/db-1 unknown world_changed',
      'x/db-1 x/web-1 open connected',
    ])
  })

  it('leaves nothing known of pods that went', () => {
    const after = { ...before, pods: before.pods.filter(({ name }) => name !== 'db-1') }
    expect(told(after)).toEqual(['x/web-1 x/db-1 unknown world_changed', 'x/db-1 x/web-1 unknown world_changed'])
  })
})

describe('a question on a terminal', () => {
  it.each([
    ['y\n', true],
    ['Yes\n', true],
    ['n\n', false],
    ['\n', false],
    ['', false],
  ])('takes %j for %j', async (typed, agreed) => {
    const written: string[] = []
    const stderr = { write: (text: string) => written.push(text) }
    const io = { stdin: Readable.from([typed]), stderr, signal: new AbortController().signal } as unknown as Io
    expect(await confirm('go on?', io)).toBe(agreed)
    expect(written).toEqual(['go on? [y/N] '])
  })
})

it('a matrix promises nothing where the policies of an end could not be read', () => {
  const whole = worldOf(deployment('web', 1) + deployment('db', 1))
  const world: World = { ...whole, unread: [{ kind: 'NetworkPolicy', why: 'forbidden' }] }
  const [first] = predictMatrix(planMatrix(world, options), world)
  expect(first?.cell).toMatchObject({
    predicted: 'undefined',
    detail: 'the policies of x could not be read: forbidden',
  })
})
