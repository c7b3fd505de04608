import { describe, expect, it } from 'vitest'
import {
  residentRights,
  residentSecret,
  residentWorkload,
  titleOf,
} from '../../../../fabric/kubernetes/resident/manifests.ts'
import { standsFor } from '../../../../fabric/kubernetes/resident/probes.ts'
import { type ResidentSource, residentKey, residentName } from '../../../../fabric/kubernetes/resident/source.ts'
import { withoutOwned } from '../../../../fabric/owned.ts'
import type { World } from '../../../../fabric/world.ts'

const source = (over: Partial<ResidentSource> = {}): ResidentSource => ({
  ...{ namespace: 'shop', title: 'deployment/ui', labels: { app: 'ui', tier: 'web' }, spec: {} },
  ...over,
})
const pods = { image: 'crosscheck:1', resources: { requests: {}, limits: {} }, everyNode: false }
const plain = source({ title: 'plain', labels: {} })

interface Template {
  readonly metadata: { readonly labels: object; readonly annotations: object }
  readonly spec: {
    readonly readinessGates?: unknown
    readonly affinity?: unknown
    readonly containers: readonly object[]
  }
}
const templateOf = (workload: Readonly<Record<string, unknown>>) =>
  (workload['spec'] as { readonly template: Template }).template

describe('the name of a resident probe', () => {
  it.each([
    ['is that of its workload, whatever its labels are', source(), 'crosscheck-deployment-ui'],
    ['stays when the labels change', source({ labels: {} }), 'crosscheck-deployment-ui'],
    ['is short for a plain pod', plain, 'crosscheck-plain'],
  ])('%s', (_, each, name) => expect(residentName(each)).toBe(name))

  it.each([
    [
      'labels of a plain pod',
      source({ title: 'plain', labels: { app: 'a' } }),
      source({ title: 'plain', labels: { app: 'b' } }),
    ],
    ['nodes', source({ node: 'n1' }), source({ node: 'n2' })],
    [
      'names that differ only after what fits',
      source({ title: `deployment/${'x'.repeat(60)}a` }),
      source({ title: `deployment/${'x'.repeat(60)}b` }),
    ],
  ])('tells apart %s, within the 52 characters of a StatefulSet', (_, one, other) => {
    expect(residentName(one)).not.toBe(residentName(other))
    for (const each of [one, other]) expect(residentName(each)).toMatch(/^crosscheck-[a-z0-9-]{1,34}-[0-9a-f]{6}$/)
  })

  it('is one for sources that policies cannot tell apart, in whatever order their labels are', () => {
    expect(residentKey(source())).toBe(residentKey(source({ title: 'pod/ui-0', labels: { tier: 'web', app: 'ui' } })))
    expect(residentKey(source())).not.toBe(residentKey(source({ namespace: 'other' })))
  })
})

describe('the workload of a resident probe', () => {
  it('has the labels of its source and one more, and is never ready where a Service could select it', () => {
    const { metadata, spec } = templateOf(residentWorkload(source(), pods))
    expect(metadata.labels).toEqual({ app: 'ui', tier: 'web', 'crosscheck.dev/resident': 'crosscheck-deployment-ui' })
    expect(spec.readinessGates).toEqual([{ conditionType: 'crosscheck.dev/never' }])
  })

  it('is ready where no Service can select it', () => {
    const { spec } = templateOf(residentWorkload(plain, pods))
    expect(spec.readinessGates).toBeUndefined()
    expect(spec.containers[0]).toMatchObject({ readinessProbe: { httpGet: { path: '/readyz' } } })
  })

  it('replaces its pods without waiting for them to be ready', () => {
    expect(residentWorkload(source(), pods)).toMatchObject({
      kind: 'StatefulSet',
      spec: { podManagementPolicy: 'Parallel' },
    })
    const daemons = residentWorkload(source({ node: 'n1' }), { ...pods, everyNode: true })
    expect(daemons).toMatchObject({
      kind: 'DaemonSet',
      spec: { updateStrategy: { rollingUpdate: { maxUnavailable: '100%' } } },
    })
    expect(templateOf(daemons).spec.affinity).toBeUndefined()
  })

  it('holds neither the token nor its hash', () => {
    const { stringData } = residentSecret('shop', 'secret') as unknown as { stringData: Record<string, string> }
    const text = JSON.stringify(residentWorkload(source(), pods))
    for (const value of Object.values(stringData)) expect(text).not.toContain(`"${value}"`)
    expect(text).toContain('"secretKeyRef":{"name":"crosscheck-resident","key":"token-sha256"}')
  })

  it('says whom it stands for', () => {
    expect([source(), plain, source({ title: 'plain', node: 'n1' })].map(titleOf)).toEqual([
      ...['deployment/ui', 'plain', 'plain app=ui, tier=web on n1'],
    ])
  })
})

describe('the rights of a reader', () => {
  it('are the pods of the given names and one Secret, where the names are stable', () => {
    const [role] = residentRights(
      'shop',
      { pods: ['crosscheck-plain-0'], everyNode: false },
      { namespace: 'a', name: 'b' },
    )
    expect(role).toMatchObject({
      rules: [
        { resources: ['pods/portforward'], resourceNames: ['crosscheck-plain-0'], verbs: ['get', 'create'] },
        { resources: ['secrets'], resourceNames: ['crosscheck-resident'], verbs: ['get'] },
      ],
    })
  })
})

describe('a pod', () => {
  const pod = (annotations: Record<string, string>) => ({
    metadata: { name: 'x', labels: { app: 'ui', added: 'later' }, annotations },
  })
  const own = templateOf(residentWorkload(source(), pods)).metadata.annotations as Record<string, string>

  it('stands for the labels that it was made for, whatever labels it has got since', () => {
    expect(standsFor(pod(own), { tier: 'web', app: 'ui' })).toBe(true)
    expect(standsFor(pod(own), { app: 'ui' })).toBe(false)
  })

  it.each<Record<string, string>>([
    {},
    { 'crosscheck.dev/source-labels': '{' },
    { 'crosscheck.dev/source-labels': 'null' },
  ])('that does not say for whom, stands for nobody (%j)', (annotations) =>
    expect(standsFor(pod(annotations), {})).toBe(false),
  )
})

it('a world without our own has no resident probes and no standing canary', () => {
  const own = { 'crosscheck.dev/resident': 'x' }
  const named = (namespace: string, labels: object) => ({ namespace, labels })
  const world = {
    namespaces: [
      { name: 'shop', labels: {} },
      { name: 'canary', labels: own },
    ],
    pods: [named('shop', { app: 'ui' }), named('shop', { app: 'ui', ...own }), named('canary', {})],
    ...{ services: [], policies: [named('canary', {})] },
  } as unknown as World
  const { namespaces, pods: left, policies } = withoutOwned(world)
  expect([namespaces.map(({ name }) => name), left, policies]).toEqual([['shop'], [named('shop', { app: 'ui' })], []])
})
