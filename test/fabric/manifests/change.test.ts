import { describe, expect, it } from 'vitest'
import type { Change } from '../../../fabric/fabric.ts'
import { createAllocator } from '../../../fabric/manifests/allocator.ts'
import { applyObjects } from '../../../fabric/manifests/change.ts'
import { readManifests } from '../../../fabric/manifests/read.ts'
import { buildWorld } from '../../../fabric/manifests/world.ts'
import { deployment, pod } from './build.ts'

const text = deployment('ui', { replicas: 2 }) + pod('bare')
const worldAfter = (...changes: Change[]) => {
  let { objects } = readManifests([{ file: 'm', text }])
  const problems = changes.flatMap((change) => {
    const changed = applyObjects(objects, change, { file: 's.yaml', line: 9, column: 1 })
    objects = changed.objects
    return changed.problems
  })
  const built = buildWorld(objects, { allocator: createAllocator() })
  const messages = [...problems, ...built.problems].map(({ message }) => message)
  const labels = (name: string) => built.world.pods.find((one) => one.name === name)?.labels
  return { world: built.world, messages, labels, problems: [...problems, ...built.problems] }
}
const label = (object: string, labels: Record<string, string | null>): Change => ({ kind: 'label', object, labels })
const policy = (name: string, spec: object) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name, namespace: 'shop' },
  spec,
})

describe('applyObjects', () => {
  it('adds an object, and replaces it when it is applied again', () => {
    const { world, messages } = worldAfter(
      { kind: 'apply', objects: [policy('p', {})] },
      { kind: 'apply', objects: [policy('p', { policyTypes: ['Egress'] })] },
    )
    expect(messages).toEqual([])
    expect(world.policies).toMatchObject([{ name: 'p', policyTypes: ['egress'], place: { file: 's.yaml', line: 9 } }])
  })
  it('reports what the API server would refuse at the place of the step', () => {
    const { problems } = worldAfter({ kind: 'apply', objects: [policy('p', { ingres: [] })] })
    expect(problems).toMatchObject([{ hint: 'did you mean ingress?', place: { file: 's.yaml', line: 9 } }])
  })
  it('deletes by kind, namespace and name, and says when there is nothing to delete', () => {
    const gone = worldAfter({
      kind: 'delete',
      objects: [{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'ui', namespace: 'shop' } }],
    })
    expect(gone.world.pods.map(({ name }) => name)).toEqual(['bare', 'assumed-dns-1'])
    const typo = worldAfter({
      kind: 'delete',
      objects: [{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'uj', namespace: 'shop' } }],
    })
    expect(typo.problems).toMatchObject([
      { message: 'Deployment shop/uj: not found', hint: 'did you mean Deployment shop/ui?' },
    ])
  })
  it('takes along what is in a deleted Namespace, labels given to its pods too', () => {
    const { world, messages } = worldAfter(label('shop/pod/ui-1', { a: 'b' }), {
      kind: 'delete',
      objects: [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }],
    })
    expect(messages).toEqual([])
    expect(world.namespaces.map(({ name }) => name)).not.toContain('shop')
  })
  it('labels a bare pod, by any spelling of its name', () => {
    for (const name of ['pod/shop/bare', 'shop/pod/bare', 'shop/po/bare', 'shop/Pod/bare', 'shop/pods/bare']) {
      expect(worldAfter(label(name, { tier: 'x', app: null })).labels('bare')).toEqual({ tier: 'x' })
    }
  })
  it('labels one pod of a Deployment and leaves the others alone; later labels add up', () => {
    const { labels, messages } = worldAfter(
      label('shop/pod/ui-2', { tier: 'x' }),
      label('shop/pod/ui-2', { app: null }),
    )
    expect(messages).toEqual([])
    expect(labels('ui-2')).toEqual({ tier: 'x' })
    expect(labels('ui-1')).toEqual({ app: 'ui' })
  })
  it('labels a Namespace, with or without an object', () => {
    const { world } = worldAfter(
      label('namespace/shop', { team: 'x' }),
      { kind: 'apply', objects: [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'b' } }] },
      label('ns/b', { team: 'y' }),
    )
    const team = (name: string) => world.namespaces.find((one) => one.name === name)?.labels.team
    expect([team('shop'), team('b')]).toEqual(['x', 'y'])
  })
  it('gives the pods of a workload that is applied anew their own labels back', () => {
    const { objects } = readManifests([{ file: 'm', text: deployment('ui', { replicas: 2 }) }])
    const { labels, messages } = worldAfter(label('shop/pod/ui-2', { tier: 'x' }), {
      kind: 'apply',
      objects: objects.map(({ value }) => value),
    })
    expect(messages).toEqual([])
    expect(labels('ui-2')).toEqual({ app: 'ui' })
  })
  it('says when the object to label is not there, or its name cannot be read', () => {
    expect(worldAfter(label('shop/pod/ui-7', { a: 'b' })).problems).toMatchObject([
      {
        message: 'Pod shop/ui-7: there is no such object to label',
        place: { file: 's.yaml', line: 9 },
      },
    ])
    expect(worldAfter(label('shop/deploy/uj', { a: 'b' })).messages).toEqual(['Deployment shop/uj: not found'])
    expect(worldAfter(label('ui', { a: 'b' })).messages[0]).toContain('expected namespace/kind/name')
  })
})
