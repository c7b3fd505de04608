import { expect, test } from 'vitest'
import type { Manifest } from '../../../../fabric/fabric.ts'
import { listenResources } from '../../../../fabric/kubernetes/change/listen-resources.ts'
import { rehearsed } from '../../../../fabric/kubernetes/change/rehearse.ts'
import { usualResources } from '../../../../fabric/kubernetes/probe/pod-spec.ts'
import { startRun } from '../../../../fabric/kubernetes/run-facts.ts'
import { objectsOf } from '../../../../fabric/manifests/read.ts'

const run = startRun({ image: 'crosscheck', now: () => 0 })
const hostile = {
  ...{ hostNetwork: true, hostPID: true, hostIPC: true, priorityClassName: 'system-node-critical' },
  ...{ serviceAccountName: 'app', volumes: [{ name: 'root', hostPath: { path: '/' } }], runtimeClassName: 'kata' },
  initContainers: [
    { name: 'once', image: 'evil', ports: [{ containerPort: 1 }] },
    { name: 'proxy', image: 'mesh', restartPolicy: 'Always', ports: [{ containerPort: 15001, name: 'mesh' }] },
  ],
  containers: [
    {
      ...{
        name: 'app',
        image: 'evil',
        command: ['sh'],
        env: [{ name: 'SECRET', value: 'x' }],
        securityContext: { privileged: true },
      },
      ports: [{ containerPort: 80, name: 'web', hostPort: 80 }],
      volumeMounts: [{ name: 'root', mountPath: '/host' }],
    },
    {
      name: 'metrics',
      image: 'evil',
      ports: [
        { containerPort: 9090, name: 'web' },
        { containerPort: 53, protocol: 'UDP' },
      ],
    },
  ],
}
const template = { metadata: { labels: { app: 'web' }, annotations: { a: 'b' } }, spec: hostile }
const ports = [
  { port: 80, protocol: 'TCP' },
  { port: 9090, protocol: 'TCP' },
  { port: 53, protocol: 'UDP' },
]
const object = (kind: string, spec: Manifest): Manifest => ({
  ...{ apiVersion: 'apps/v1', kind, spec, status: {} },
  metadata: { name: 'x', namespace: 'n', labels: { team: 'a' }, ownerReferences: [{}], finalizers: ['f'] },
})

test('one listener stands for all containers, with their ports and nothing else of them', () => {
  const { spec } = rehearsed(object('Deployment', { replicas: 2, selector: {}, template }), run, {
    ports,
  }) as never as {
    spec: { replicas: number; template: { metadata: { labels: object }; spec: { containers: Manifest[] } & Manifest } }
  }
  expect(spec.replicas).toBe(2)
  expect(spec.template.metadata.labels).toEqual({ app: 'web' })
  const { containers, ...pod } = spec.template.spec
  expect(Object.keys(pod).toSorted()).toEqual([
    'automountServiceAccountToken',
    'enableServiceLinks',
    'securityContext',
    'serviceAccountName',
    'terminationGracePeriodSeconds',
  ])
  expect(pod['securityContext']).toMatchObject({
    sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '0' }],
  })
  expect(containers).toHaveLength(1)
  expect(containers[0]).toMatchObject({
    image: 'crosscheck',
    args: ['listen', '--tcp', '80,9090', '--udp', '53'],
    ports: [
      { name: 'web', containerPort: 80, protocol: 'TCP' },
      { containerPort: 9090, protocol: 'TCP' },
      { containerPort: 53, protocol: 'UDP' },
      { name: 'mesh', containerPort: 15001, protocol: 'TCP' },
    ],
  })
  expect(JSON.stringify(spec)).not.toMatch(/evil|SECRET|hostPort|hostPath|privileged":true/)
})

test('a workload that ends or waits for volumes becomes one that does neither', () => {
  const cron = rehearsed(object('CronJob', { schedule: '* * * * *', jobTemplate: { spec: { template } } }), run, {
    ports: [],
  })
  expect(cron['spec']).toMatchObject({ suspend: true, schedule: '* * * * *' })
  const set = rehearsed(object('StatefulSet', { serviceName: 's', volumeClaimTemplates: [{}], template }), run, {
    ports: [],
  })
  expect(set['spec']).toMatchObject({ serviceName: 's', podManagementPolicy: 'Parallel' })
  expect(set['spec']).not.toHaveProperty('volumeClaimTemplates')
})

test('a Service keeps its ports and loses what reaches beyond the cluster', () => {
  const spec = {
    ...{ type: 'LoadBalancer', clusterIP: '10.96.0.7', externalIPs: ['203.0.113.1'], loadBalancerIP: '203.0.113.2' },
    ...{ ports: [{ port: 80, nodePort: 30_080 }], selector: { app: 'web' }, externalTrafficPolicy: 'Local' },
  }
  expect(rehearsed({ ...object('Service', spec), apiVersion: 'v1' }, run, { ports: [] })['spec']).toEqual({
    ...{ type: 'NodePort', externalTrafficPolicy: 'Local', selector: { app: 'web' } },
    ports: [{ port: 80, nodePort: 30_080 }],
  })
})

test('metadata keeps names and labels, without owners and finalizers', () => {
  const { metadata } = rehearsed(object('NetworkPolicy', { podSelector: {} }), run, { ports: [] })
  expect(metadata).toEqual({
    ...{ name: 'x', namespace: 'n', annotations: {} },
    labels: { team: 'a', 'crosscheck.dev/owned': 'rehearsed' },
  })
})

test('pods that a manifest wants not ready are never ready', () => {
  const annotations = { 'lab.crosscheck.dev/not-ready': 'true' }
  const pod: Manifest = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x', annotations }, spec: hostile }
  const { spec } = rehearsed(pod, run, { ports: [] }) as never as { spec: { containers: Manifest[] } }
  expect(spec.containers[0]).toMatchObject({ readinessProbe: { tcpSocket: { port: 1 } } })
})

test('a listener asks for what the quotas and LimitRanges of its own namespace want, and declines sidecars', () => {
  const limits = [{ type: 'Container', min: { memory: '256Mi' } }]
  const range = { apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'r', namespace: 'n' }, spec: { limits } }
  const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'q', namespace: 'n' } }
  const place = { file: 'f', line: 1, column: 1 }
  const objects = [range, { ...quota, spec: { hard: { 'limits.cpu': '4' } } }].flatMap((value) =>
    objectsOf(value, () => place, []),
  )
  const resources = listenResources(objects)
  expect(resources('other')).toEqual(usualResources)
  const pod = rehearsed(object('Pod', hostile), run, { ports: [], resources: resources('n') })
  expect(pod).toMatchObject({
    metadata: { annotations: { 'sidecar.istio.io/inject': 'false', 'linkerd.io/inject': 'disabled' } },
    spec: {
      containers: [
        { resources: { requests: { cpu: '50m', memory: '256Mi' }, limits: { cpu: '500m', memory: '256Mi' } } },
      ],
    },
  })
})
