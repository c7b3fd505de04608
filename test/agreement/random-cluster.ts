import fc from 'fast-check'
import type { Manifest } from '../../fabric/fabric.ts'
import { randomPolicy } from '../policy/engine/random-world.ts'
import { namespace, object, pod, policy, service } from '../runner/objects.ts'

/** What somebody can ask a command about: workloads, Services, and hosts that are not in the cluster. */
export interface RandomCluster {
  readonly objects: readonly Manifest[]
  readonly workloads: readonly Workload[]
  readonly services: readonly Service[]
}

export interface Workload {
  readonly kind: 'deployment' | 'pod' | 'daemonset'
  readonly namespace: string
  readonly name: string
  /** Whether its port is declared, so that a target may leave it out. */
  readonly declares: boolean
}

export interface Service {
  readonly namespace: string
  readonly name: string
  readonly headless: boolean
  /** The port that the Service has, and that its pods listen on. */
  readonly port: number
  readonly targetPort: number
}

const spaces = ['x', 'y', 'z'] as const
const space = fc.constantFrom(...spaces)
const labels = fc.dictionary(fc.constantFrom('app', 'tier'), fc.constantFrom('a', 'b', 'c'), { maxKeys: 2 })

const workload = fc.record({
  kind: fc.constantFrom('deployment', 'pod', 'pod', 'daemonset'),
  namespace: space,
  labels,
  replicas: fc.nat(2),
  /** On the network of its node; of a DaemonSet alone. */
  hostNetwork: fc.boolean(),
  declares: fc.constantFrom(true, true, true, false),
  ready: fc.constantFrom(true, true, true, false),
})
type RandomWorkload = typeof workload extends fc.Arbitrary<infer Shape> ? Shape : never
const randomService = fc.record({ namespace: space, selector: labels, headless: fc.boolean(), shifted: fc.boolean() })

/** Policies of three namespaces, workloads that listen on 80, Services in front of them, two nodes and the cluster's DNS. */
export const randomCluster: fc.Arbitrary<RandomCluster> = fc
  .record({
    labels: fc.record({ x: labels, y: labels, z: labels }),
    workloads: fc.array(workload, { minLength: 2, maxLength: 4 }),
    services: fc.array(randomService, { minLength: 1, maxLength: 3 }),
    policies: fc.array(randomPolicy, { minLength: 1, maxLength: 4 }),
  })
  .map(({ labels: own, workloads, services, policies }) => {
    const named = workloads.map((each, at) => ({ ...each, name: `w${at}` }))
    const offered = services.map((each, at) => ({
      ...each,
      name: `s${at}`,
      port: each.headless || !each.shifted ? 80 : 8000,
      targetPort: 80,
    }))
    return {
      workloads: named,
      services: offered,
      objects: [
        ...spaces.map((name) => namespace(name, own[name])),
        ...['node-1', 'node-2'].map((name) => object('v1', 'Node', `/${name}`, {})),
        ...named.map(workloadObject),
        ...offered.map(({ namespace: where, name, selector, headless, port }) =>
          service(`${where}/${name}`, {
            selector: Object.keys(selector).length === 0 ? { app: 'a' } : selector,
            ...(headless ? { clusterIP: 'None' } : {}),
            ports: [{ port, targetPort: 80 }],
          }),
        ),
        ...policies.map(({ namespace: where, spec }, at) => policy(`${where}/p${at}`, spec)),
        ...clusterDns,
      ],
    }
  })

function workloadObject(workload: RandomWorkload & { readonly name: string }): Manifest {
  const { kind, namespace: where, name, labels: own, replicas, hostNetwork, declares, ready } = workload
  const template = {
    labels: { ...own, workload: name },
    annotations: ready ? {} : { 'lab.crosscheck.dev/not-ready': 'true' },
  }
  const ports = declares ? [{ name: 'web', containerPort: 80 }] : []
  const spec = {
    containers: [{ name: 'main', image: 'x', ports }],
    ...(kind === 'daemonset' && hostNetwork ? { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' } : {}),
  }
  if (kind === 'pod') return object('v1', 'Pod', `${where}/${name}`, spec, template)
  const selector = { matchLabels: { workload: name } }
  return object('apps/v1', kind === 'deployment' ? 'Deployment' : 'DaemonSet', `${where}/${name}`, {
    ...(kind === 'deployment' ? { replicas: replicas + 1 } : {}),
    selector,
    template: { metadata: template, spec },
  })
}

const clusterDns = [
  namespace('kube-system'),
  pod('kube-system/coredns', { labels: { 'k8s-app': 'kube-dns' }, ports: [53] }),
  service('kube-system/kube-dns', {
    selector: { 'k8s-app': 'kube-dns' },
    ports: [
      { name: 'dns', port: 53, protocol: 'UDP' },
      { name: 'dns-tcp', port: 53 },
    ],
  }),
]
