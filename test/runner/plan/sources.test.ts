import { describe, expect, it } from 'vitest'
import type { Manifest } from '../../../fabric/fabric.ts'
import { expandSource } from '../../../runner/plan/sources.ts'
import { parseSource } from '../../../runner/scenario/sources.ts'
import { namespace, pod, policy, service } from '../objects.ts'
import { place, targetOf, worldOf } from './worlds.ts'

const nodes = (count: number): Manifest[] =>
  Array.from({ length: count }, (_, index) => ({
    ...{ apiVersion: 'v1', kind: 'Node', metadata: { name: `n${index + 1}` } },
    status: {
      addresses: [`192.0.2.${index + 1}`, `2001:db8::${index + 1}`].map((address) => ({ type: 'InternalIP', address })),
    },
  }))
const workload = (kind: string, name: string, spec: Manifest, podSpec: Manifest = {}): Manifest => ({
  ...{ apiVersion: 'apps/v1', kind, metadata: { namespace: 'edge', name } },
  spec: {
    ...spec,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'c', image: 'i' }], ...podSpec } },
  },
})
const agent = workload('DaemonSet', 'agent', {}, { hostNetwork: true })
const web = (name: string, node: string) => pod(`site/${name}`, { labels: { app: 'web' }, spec: { nodeName: node } })
const site = [namespace('edge'), namespace('site'), service('site/web')]
const isolated = policy('site/closed', { podSelector: {}, policyTypes: ['Ingress'], ingress: [] })
const allowing = (...cidrs: readonly string[]) =>
  policy('site/by-address', {
    podSelector: {},
    ingress: [{ from: cidrs.map((cidr) => ({ ipBlock: { cidr } })) }],
  })

/** The places of a source on its way to a target, with how many pods each speaks for. */
function placesOf(text: string, objects: readonly Manifest[], target = 'site/svc/web:80') {
  const spec = parseSource(text)
  if (typeof spec === 'string') throw new Error(spec)
  const { sources } = expandSource({ ...spec, name: text, place }, worldOf([...site, ...objects]), targetOf(target))
  return sources.map(({ place: where, identity, note }) => ({ where, identity, note }))
}
const whereOf = (...args: Parameters<typeof placesOf>) => placesOf(...args).map(({ where }) => where)

describe('a workload as a source', () => {
  it('is asked once where nothing tells its pods apart', () => {
    const objects = [...nodes(3), workload('Deployment', 'ui', { replicas: 3 }), web('a', 'n1'), isolated]
    expect(placesOf('edge/deploy/ui', objects)).toEqual([
      { identity: { kind: 'like', namespace: 'edge', workload: 'deployment/ui' } },
    ])
  })

  it('on the host network is asked from each node that runs a destination pod, which its own node always reaches', () => {
    const places = placesOf('edge/ds/agent', [...nodes(40), agent, web('a', 'n1'), web('b', 'n2'), isolated])
    expect(places.map(({ where }) => where)).toEqual(['node n1', 'node n2', 'nodes n3, n4, n5, n6 and 34 more'])
    const [first, , rest] = places
    expect(first).toEqual({
      where: 'node n1',
      identity: { kind: 'like', namespace: 'edge', workload: 'daemonset/agent', node: 'n1' },
    })
    expect(rest?.note).toBe(
      'stands for 38 pods, on nodes n3, n4, n5, n6 and 34 more, between which no policy and no node makes a difference here',
    )
  })

  it('on the host network is asked once where nothing isolates the destination, and says for whom it stands', () => {
    const [only, ...others] = placesOf('edge/ds/agent', [...nodes(3), agent, web('a', 'n1'), web('b', 'n2')])
    expect(others).toEqual([])
    expect(only).toMatchObject({ identity: { node: 'n1' }, note: expect.stringContaining('stands for 3 pods') })
  })

  it('is asked from nodes whose addresses a policy tells apart, and not from each of those that it allows alike', () => {
    const objects = [...nodes(4), agent, web('a', 'n4')]
    expect(whereOf('edge/ds/agent', [...objects, allowing('192.0.2.1/32')])).toEqual([
      'node n1',
      'nodes n2, n3',
      'node n4',
    ])
    const all = allowing('192.0.2.1/32', '192.0.2.2/32', '192.0.2.3/32', '192.0.2.4/32')
    expect(whereOf('edge/ds/agent', [...objects, all])).toEqual(['nodes n1, n2, n3', 'node n4'])
  })

  it('is bounded where each of many nodes runs a destination pod: nodes with the same kinds of pods are one', () => {
    const target = workload('DaemonSet', 'target', {})
    const closed = policy('edge/closed', { podSelector: { matchLabels: { app: 'target' } }, ingress: [] })
    expect(whereOf('edge/ds/agent', [...nodes(40), agent, target, closed], 'edge/ds/target:80')).toEqual([undefined])
    expect(whereOf('edge/ds/agent', [...nodes(8), agent, target, closed], 'edge/ds/target:80')).toHaveLength(8)
  })

  it('is asked from each pod of a StatefulSet that a policy tells apart by its ordinal', () => {
    const byOrdinal = policy('site/one', {
      podSelector: {},
      ingress: [
        {
          from: [
            { namespaceSelector: {}, podSelector: { matchLabels: { 'statefulset.kubernetes.io/pod-name': 'db-1' } } },
          ],
        },
      ],
    })
    const objects = [...nodes(1), workload('StatefulSet', 'db', { replicas: 3 }), web('a', 'n1'), byOrdinal]
    expect(placesOf('edge/sts/db', objects)).toMatchObject([
      { where: 'pods db-0, db-2', identity: { workload: 'pod/db-0', labels: { 'apps.kubernetes.io/pod-index': '0' } } },
      {
        where: 'pod db-1',
        identity: { workload: 'pod/db-1', labels: { 'statefulset.kubernetes.io/pod-name': 'db-1' } },
      },
    ])
  })

  it('keeps the labels of an ordinal where each pod of a StatefulSet is on a node of its own, and differs by pod', () => {
    const byOrdinal = policy('site/first', {
      podSelector: {},
      ingress: [
        { from: [{ namespaceSelector: {}, podSelector: { matchLabels: { 'apps.kubernetes.io/pod-index': '0' } } }] },
      ],
    })
    const objects = [...nodes(2), workload('StatefulSet', 'db', { replicas: 2 }), web('a', 'n1'), byOrdinal]
    const places = placesOf('edge/sts/db', objects)
    expect(places.map(({ where }) => where)).toEqual(['pod db-0', 'pod db-1'])
    expect(places.map(({ identity }) => identity)).toMatchObject([
      { node: 'n1', labels: { 'apps.kubernetes.io/pod-index': '0' } },
      { node: 'n2', labels: { 'apps.kubernetes.io/pod-index': '1' } },
    ])
  })

  it('is asked from each node whose own pods a Service with internalTrafficPolicy Local leads to', () => {
    const local = service('site/near', { selector: { app: 'web' }, internalTrafficPolicy: 'Local' })
    const ui = workload('DaemonSet', 'ui', {})
    const objects = [...nodes(3), ui, web('a', 'n1'), local]
    expect(whereOf('edge/ds/ui', objects, 'site/svc/near:80')).toEqual(['node n1', 'nodes n2, n3'])
    expect(whereOf('edge/ds/ui', objects)).toEqual([undefined])
  })

  it('behind a Service is asked like the workload', () => {
    const objects = [...nodes(2), agent, service('edge/agent'), web('a', 'n1'), isolated]
    expect(whereOf('edge/svc/agent', objects)).toEqual(['node n1', 'node n2'])
  })
})
