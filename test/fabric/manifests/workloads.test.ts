import { describe, expect, it } from 'vitest'
import { deployment, pod, worldOf } from './build.ts'

const podsOf = (text: string) => {
  const { world, messages } = worldOf(text)
  return { messages, pods: world.pods.filter(({ namespace }) => namespace === 'shop'), nodes: world.nodes }
}
const workload = (kind: string, spec: string, apiVersion = 'apps/v1') => `
apiVersion: ${apiVersion}
kind: ${kind}
metadata: { name: w, namespace: shop }
spec: ${spec}
---`
const template = 'selector: { matchLabels: { app: w } }, template: { metadata: { labels: { app: w } }, spec: {} }'
const nodes = (count: number) =>
  Array.from({ length: count }, (_, n) => `\napiVersion: v1\nkind: Node\nmetadata: {name: n${n}}\n---`).join('')

describe('pods of workloads', () => {
  it('are as many as replicas says, one by default, none for 0', () => {
    expect(podsOf(deployment('ui', { replicas: 3 })).pods.map(({ name }) => name)).toEqual(['ui-1', 'ui-2', 'ui-3'])
    expect(podsOf(workload('Deployment', `{ ${template} }`)).pods).toHaveLength(1)
    expect(podsOf(deployment('ui', { replicas: 0 })).pods).toEqual([])
  })
  it('carry labels, ports and the workload that people know', () => {
    expect(podsOf(deployment('ui')).pods[0]).toMatchObject({
      labels: { app: 'ui' },
      ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
      workload: { kind: 'Deployment', name: 'ui' },
      ready: true,
      serviceAccount: 'default',
    })
  })
  it('of a StatefulSet are numbered from 0, with the host names and labels of its controller', () => {
    const { pods } = podsOf(workload('StatefulSet', `{ replicas: 2, serviceName: kafka-headless, ${template} }`))
    expect(pods).toMatchObject([
      { name: 'w-0', hostname: 'w-0', subdomain: 'kafka-headless' },
      {
        name: 'w-1',
        labels: { app: 'w', 'statefulset.kubernetes.io/pod-name': 'w-1', 'apps.kubernetes.io/pod-index': '1' },
      },
    ])
  })
  it('of a DaemonSet are one per node; others are spread in turn', () => {
    const { pods } = podsOf(nodes(2) + workload('DaemonSet', `{ ${template} }`) + deployment('ui', { replicas: 4 }))
    const on = (kind: string) => pods.filter((one) => one.workload.kind === kind).map(({ node }) => node)
    expect(on('DaemonSet')).toEqual(['n0', 'n1'])
    expect(on('Deployment').toSorted()).toEqual(['n0', 'n0', 'n1', 'n1'])
  })
  it('of a DaemonSet are on the nodes that its selector and the taints leave, as far as the input tells', () => {
    const node = (name: string, labels: string, taints = '[]') =>
      `\napiVersion: v1\nkind: Node\nmetadata: { name: ${name}, labels: ${labels} }\nspec: { taints: ${taints} }\n---`
    const cluster = [
      node('edge', '{ role: edge }'),
      node('plain', '{}'),
      node('control', '{ role: edge }', '[{ key: control-plane, effect: NoSchedule }]'),
      node('full', '{ role: edge }', '[{ key: node.kubernetes.io/disk-pressure, effect: NoSchedule }]'),
    ].join('')
    const on = (spec: string) => {
      const daemon = workload('DaemonSet', `{ ${template.replace('spec: {', `spec: { ${spec}, `)} }`)
      return podsOf(cluster + daemon).pods.map((one) => one.node)
    }
    expect(on('nodeSelector: { role: edge }')).toEqual(['edge', 'full'])
    expect(on('nodeSelector: { kubernetes.io/os: linux }')).toEqual(['edge', 'plain', 'full'])
    expect(on('tolerations: [{ operator: Exists }]')).toEqual(['edge', 'plain', 'control', 'full'])
    expect(on('tolerations: [{ key: control-plane, effect: NoSchedule, operator: Exists }]')).toHaveLength(4)
    expect(on('tolerations: [{ key: other, operator: Exists }]')).toHaveLength(3)
  })
  it('of a DaemonSet are where its pods run, if the input has these', () => {
    const own = `
apiVersion: v1
kind: Pod
metadata:
  { name: w-x, namespace: shop, labels: { app: w }, ownerReferences: [{ apiVersion: apps/v1, kind: DaemonSet, name: w, controller: true, uid: u }] }
spec: { nodeName: n1, containers: [{ name: c, image: i }] }
`
    const { pods } = podsOf(nodes(3) + workload('DaemonSet', `{ ${template} }`) + own)
    expect(pods.map(({ node }) => node)).toEqual(['n1'])
  })
  it('of a Job are its parallelism, none once it is complete or while it is suspended; a CronJob has one', () => {
    const job = (more: string) => podsOf(workload('Job', `{ ${more} template: { spec: {} } }`, 'batch/v1')).pods
    expect(job('')).toMatchObject([{ name: 'w-1', labels: { 'job-name': 'w' }, workload: { kind: 'Job' } }])
    expect(job('parallelism: 3, completions: 2,')).toHaveLength(2)
    expect(job('suspend: true,')).toEqual([])
    expect(
      podsOf(
        workload('Job', '{ template: {} }\nstatus: { conditions: [{ type: Complete, status: "True" }] }', 'batch/v1'),
      ).pods,
    ).toEqual([])
    expect(
      podsOf(workload('CronJob', '{ jobTemplate: { spec: { template: { spec: {} } } } }', 'batch/v1')).pods,
    ).toHaveLength(1)
  })
  it('do not take the name of a bare pod or of a StatefulSet', () => {
    const { pods } = podsOf(
      deployment('w', { replicas: 2 }) + workload('StatefulSet', `{ replicas: 2, ${template} }`) + pod('w-3'),
    )
    expect(pods.map(({ name }) => name).toSorted()).toEqual(['w-0', 'w-1', 'w-2', 'w-3', 'w-4'])
  })
  it('are bounded, with a problem that says so', () => {
    expect(podsOf(deployment('ui', { replicas: 1001 }))).toMatchObject({
      pods: [],
      messages: [expect.stringContaining('spec.replicas: 1001 pods of one workload are too many')],
    })
    expect(podsOf(deployment('ui', { replicas: -1 })).messages[0]).toContain('greater than or equal to 0')
  })
  it('must carry the labels that their own workload selects', () => {
    const { messages } = podsOf(
      deployment('ui').replace('metadata: { labels: { app: ui }', 'metadata: { labels: { app: api }'),
    )
    expect(messages[0]).toContain(
      'spec.template.metadata.labels: Invalid value: {"app":"api"}: `selector` does not match template `labels`',
    )
  })
  it('must have labels that are strings', () => {
    const { messages } = podsOf(deployment('ui', { more: '' }).replaceAll('app: ui', 'app: true'))
    expect(messages).toContainEqual(
      expect.stringContaining('spec.template.metadata.labels.app: expected a string, got the boolean true'),
    )
  })
  it('are refused with an empty list of containers, which the API server wants to hold one', () => {
    const { messages } = podsOf(
      workload('Deployment', `{ ${template.replace('spec: {}', 'spec: { containers: [] }')} }`),
    )
    expect(messages).toEqual([
      'Deployment shop/w: spec.template.spec.containers: Required value: a pod has at least one container',
    ])
  })
  it('are not ready where the template is annotated so', () => {
    const annotated = deployment('ui').replace(
      'metadata: { labels',
      'metadata: { annotations: {lab.crosscheck.dev/not-ready: "true"}, labels',
    )
    expect(podsOf(annotated).pods[0]?.ready).toBe(false)
  })
  it('of the host network have the addresses of their node', () => {
    const {
      pods,
      nodes: [node],
    } = podsOf(deployment('ui', { more: 'hostNetwork: true' }))
    expect(pods[0]).toMatchObject({ hostNetwork: true, addresses: node?.addresses })
    expect(node?.addresses).toEqual(['172.18.0.2'])
  })
  it('rule 45: ports of sidecars count, those of other init containers do not', () => {
    const more =
      'initContainers: [{ restartPolicy: Always, ports: [{ containerPort: 1 }] }, { ports: [{ containerPort: 2 }] }]'
    expect(podsOf(deployment('ui', { more })).pods[0]?.ports.map(({ port }) => port)).toEqual([8080, 1])
  })
  it('keep host name, subdomain, DNS settings and aliases', () => {
    const more =
      'hostname: a\n      subdomain: b\n      dnsPolicy: None\n      dnsConfig: { nameservers: [1.1.1.1], searches: [x.y], options: [{ name: ndots, value: "2" }] }\n      hostAliases: [{ ip: 10.0.0.1, hostnames: [legacy] }]'
    expect(podsOf(deployment('ui', { more })).pods[0]).toMatchObject({
      hostname: 'a',
      subdomain: 'b',
      dnsPolicy: 'None',
      dnsConfig: { nameservers: ['1.1.1.1'], searches: ['x.y'], ndots: 2 },
      hostAliases: [{ ip: '10.0.0.1', hostnames: ['legacy'] }],
    })
  })
  it('stay on the node that the template names', () => {
    expect(podsOf(deployment('ui', { more: 'nodeName: n7' })).pods[0]?.node).toBe('n7')
  })
})

describe('pods of the older kinds', () => {
  const of = (kind: string, apiVersion: string, spec: string) => podsOf(workload(kind, spec, apiVersion))
  const labelled = 'template: { metadata: { labels: { app: w } }, spec: {} }'
  it.each([
    ['ReplicationController', 'v1'],
    ['DeploymentConfig', 'apps.openshift.io/v1'],
  ])('a %s has a plain map as selector, or none', (kind, apiVersion) => {
    const { pods, messages } = of(kind, apiVersion, `{ replicas: 2, selector: { app: w }, ${labelled} }`)
    expect(messages).toEqual([])
    expect(pods).toMatchObject([{ workload: { kind, name: 'w' }, labels: { app: 'w' } }, { name: 'w-2' }])
    expect(of(kind, apiVersion, `{ ${labelled} }`).pods).toHaveLength(1)
    expect(of(kind, apiVersion, `{ selector: { app: other }, ${labelled} }`).messages).toEqual([
      expect.stringContaining('`selector` does not match template `labels`'),
    ])
  })
})
