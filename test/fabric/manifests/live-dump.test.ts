import { describe, expect, it } from 'vitest'
import { deployment, pod, service, worldOf } from './build.ts'

const running = (ip: string, more = '') =>
  `{ phase: Running, podIP: ${ip}, podIPs: [{ ip: ${ip} }], hostIPs: [{ ip: 172.31.0.1 }]${more} }`
const ownedBy = (kind: string, name: string) =>
  `, ownerReferences: [{ apiVersion: apps/v1, kind: ${kind}, name: ${name}, controller: true }]`
const shopPods = (text: string) => worldOf(text).world.pods.filter(({ namespace }) => namespace === 'shop')

describe('a dump of a live cluster', () => {
  it('is replayed with the addresses of its pods, Services and nodes', () => {
    const text =
      pod('a', { spec: '{ nodeName: w1 }', status: running('10.5.0.9') }) +
      service('s', '{ clusterIP: 10.7.0.1, clusterIPs: [10.7.0.1], ports: [{ port: 80 }] }')
    const { world, problems } = worldOf(text)
    expect(problems).toEqual([])
    expect(world.pods.find(({ name }) => name === 'a')).toMatchObject({ addresses: ['10.5.0.9'], node: 'w1' })
    expect(world.services.find(({ name }) => name === 's')?.clusterIPs).toEqual(['10.7.0.1'])
    expect(world.nodes).toMatchObject([{ name: 'w1', addresses: ['172.31.0.1'] }])
  })
  it('puts IPv4 first and writes addresses in canonical form', () => {
    const status = '{ phase: Running, podIPs: [{ ip: "FD00:0:0::9" }, { ip: 10.5.0.9 }] }'
    expect(shopPods(pod('a', { status }))[0]?.addresses).toEqual(['10.5.0.9', 'fd00::9'])
  })
  it("rule 60: leaves out pods that have ended, whose address may be another's by now", () => {
    const text =
      pod('a', { status: '{ phase: Succeeded, podIP: 10.5.0.9 }' }) + pod('b', { status: running('10.5.0.9') })
    expect(worldOf(text)).toMatchObject({ problems: [] })
    expect(shopPods(text).map(({ name }) => name)).toEqual(['b'])
  })
  it('rule 59: a pending pod has no address yet', () => {
    expect(shopPods(pod('a', { status: '{ phase: Pending }' }))).toMatchObject([{ addresses: [], ready: false }])
  })
  it('takes readiness from the conditions, and terminating pods as not ready', () => {
    const status = (ready: string) => running('10.5.0.9', `, conditions: [{ type: Ready, status: "${ready}" }]`)
    const ready = (text: string) => shopPods(text)[0]?.ready
    expect(ready(pod('a', { status: status('True') }))).toBe(true)
    expect(ready(pod('a', { status: status('False') }))).toBe(false)
    expect(ready(pod('a', { status: status('True'), metadata: ', deletionTimestamp: "2026-01-01T00:00:00Z"' }))).toBe(
      false,
    )
  })
  it('leaves out pods that a workload stands for, through a ReplicaSet in the input or only in its name, and lends their addresses', () => {
    const live = pod('ui-abc12-xyz', {
      metadata: `${ownedBy('ReplicaSet', 'ui-abc12')}`,
      spec: '{ nodeName: w1 }',
      status: running('10.5.0.9'),
    }).replace('labels: {', 'labels: { pod-template-hash: abc12,')
    const replicaSet = deployment('ui-abc12')
      .replace('kind: Deployment', 'kind: ReplicaSet')
      .replace('namespace: shop', `namespace: shop${ownedBy('Deployment', 'ui')}`)
    for (const text of [deployment('ui') + live, deployment('ui') + replicaSet + live]) {
      expect(shopPods(text)).toMatchObject([
        { name: 'ui-1', node: 'w1', addresses: ['10.5.0.9'], workload: { kind: 'Deployment', name: 'ui' } },
      ])
    }
    expect(shopPods(live)).toMatchObject([{ name: 'ui-abc12-xyz', workload: { kind: 'Deployment', name: 'ui' } }])
    expect(shopPods(replicaSet + live)).toMatchObject([
      { name: 'ui-abc12-1', workload: { kind: 'Deployment', name: 'ui' } },
    ])
  })
  it('leaves out Jobs and pods of a CronJob in the input', () => {
    const cron =
      'apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: c, namespace: shop}\nspec: {jobTemplate: {spec: {template: {}}}}\n---\n'
    const job = `apiVersion: batch/v1\nkind: Job\nmetadata: {name: c-29000000, namespace: shop${ownedBy('CronJob', 'c')}}\nspec: {template: {}}\n---\n`
    const live = pod('c-29000000-x', { metadata: ownedBy('Job', 'c-29000000'), status: running('10.5.0.9') })
    for (const text of [cron + job + live, cron + live]) expect(shopPods(text).map(({ name }) => name)).toEqual(['c-1'])
    expect(shopPods(live)[0]?.workload).toEqual({ kind: 'CronJob', name: 'c' })
  })
  it('keeps pods whose owner is not in the input or is no workload', () => {
    expect(shopPods(pod('a', { metadata: ownedBy('Cluster', 'pg') }))).toMatchObject([
      { name: 'a', workload: { kind: 'Pod', name: 'a' } },
    ])
    expect(shopPods(pod('a', { metadata: ownedBy('StatefulSet', 'pg') }))).toMatchObject([
      { workload: { kind: 'StatefulSet', name: 'pg' } },
    ])
  })
  it('never hands out an address that the input gives', () => {
    const { world, problems } = worldOf(deployment('ui') + pod('z', { status: running('10.244.1.2') }))
    expect(problems).toEqual([])
    const all = world.pods.flatMap(({ addresses }) => addresses)
    expect(new Set(all).size).toBe(all.length)
  })
  it('lends a DaemonSet the pod of each node, whatever their order', () => {
    const set = deployment('agent').replace('kind: Deployment', 'kind: DaemonSet').replace('replicas: 1', '')
    const live = ['w2', 'w1'].map((node, index) =>
      pod(`agent-${index}`, {
        metadata: ownedBy('DaemonSet', 'agent'),
        spec: `{ nodeName: ${node} }`,
        status: running(`10.5.0.${node.slice(1)}`),
      }),
    )
    const order = '\napiVersion: v1\nkind: Node\nmetadata: {name: w1}\n---'
    expect(shopPods(order + set + live.join('')).map(({ node, addresses }) => [node, ...addresses])).toEqual([
      ['w1', '10.5.0.1'],
      ['w2', '10.5.0.2'],
    ])
  })
  it('lets pods of the host network share the address of their node', () => {
    const host = (name: string) =>
      pod(name, { spec: '{ nodeName: w1, hostNetwork: true }', status: running('172.31.0.1') })
    const { problems, world } = worldOf(host('a') + host('b'))
    expect(problems).toEqual([])
    expect(world.pods.filter(({ hostNetwork }) => hostNetwork).map(({ addresses }) => addresses[0])).toEqual([
      '172.31.0.1',
      '172.31.0.1',
    ])
  })
  it('gives a node with IPv4 alone no IPv6 while its pods have none', () => {
    const dns = service('kube-dns', '{ selector: { app: d }, ports: [{ port: 53 }] }', 'kube-system')
    const single = pod('d', { spec: '{ nodeName: w1 }', status: running('10.5.0.9') }).replace('shop', 'kube-system')
    expect(worldOf(dns + single).world.nodes).toMatchObject([{ name: 'w1', addresses: ['172.31.0.1'] }])
  })
  it('refuses two pods with one address, naming both', () => {
    const { messages } = worldOf(pod('a', { status: running('10.5.0.9') }) + pod('b', { status: running('10.5.0.9') }))
    expect(messages).toEqual(['Pod shop/b: address 10.5.0.9 is already that of Pod shop/a (m.yaml:2:1)'])
  })
  it('takes its own DNS pods and Service as they are', () => {
    const text = (
      pod('d', { status: running('10.5.0.9') }) +
      service('kube-dns', '{ clusterIP: 10.7.0.10, selector: { app: d }, ports: [{ port: 53, protocol: UDP }] }')
    ).replaceAll('namespace: shop', 'namespace: kube-system')
    const { world } = worldOf(text)
    expect(world.pods.map(({ name }) => name)).toEqual(['d'])
    expect(world.services.map(({ clusterIPs }) => clusterIPs)).toEqual([['10.7.0.10']])
  })
})
