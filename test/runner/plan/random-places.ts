import fc from 'fast-check'
import type { Manifest } from '../../../fabric/fabric.ts'

const nodeNames = Array.from({ length: 14 }, (_, index) => `n${index}`)
const addressOf = (node: string) => `192.0.2.${Number(node.slice(1)) + 1}`

const label = fc.constantFrom('a', 'b')
const workload = fc.record({
  kind: fc.constantFrom('Deployment', 'StatefulSet', 'DaemonSet'),
  replicas: fc.integer({ min: 1, max: 4 }),
  hostNetwork: fc.boolean(),
  tier: label,
  dnsPolicy: fc.constantFrom('ClusterFirst', 'ClusterFirstWithHostNet', 'Default'),
})

const podSelector = fc.oneof(
  fc.constant({}),
  label.map((tier) => ({ matchLabels: { tier } })),
  fc.integer({ min: 0, max: 2 }).map((ordinal) => ({ matchLabels: { 'apps.kubernetes.io/pod-index': `${ordinal}` } })),
  fc.constant({
    matchExpressions: [{ key: 'statefulset.kubernetes.io/pod-name', operator: 'NotIn', values: ['source-1'] }],
  }),
)
const block = fc.oneof(
  fc.constantFrom(...nodeNames).map((node) => ({ cidr: `${addressOf(node)}/32` })),
  fc.constant({ cidr: '192.0.2.0/29', except: ['192.0.2.2/32'] }),
  fc.constant({ cidr: '10.244.2.0/24' }),
  fc.constant({ cidr: '0.0.0.0/0' }),
)
const peer = fc.oneof(
  podSelector.map((each) => ({ podSelector: each, namespaceSelector: {} })),
  podSelector.map((each) => ({ podSelector: each })),
  block.map((ipBlock) => ({ ipBlock })),
)
const rules = (key: 'from' | 'to') =>
  fc.array(
    fc.oneof(
      fc.constant({}),
      fc.array(peer, { minLength: 1, maxLength: 3 }).map((peers) => ({ [key]: peers })),
    ),
    {
      maxLength: 2,
    },
  )
const policy = fc.record({
  namespace: fc.constantFrom('here', 'there', 'kube-system'),
  podSelector,
  policyTypes: fc.constantFrom(['Ingress'], ['Egress'], ['Ingress', 'Egress']),
  ingress: rules('from'),
  egress: rules('to'),
})

/** A source in `here` and a destination in `there` behind Services of several kinds, on up to 14 nodes, with random policies around both. */
export const randomPlaces = fc
  .record({
    nodes: fc.integer({ min: 1, max: 14 }),
    source: workload,
    destination: workload,
    local: fc.boolean(),
    policies: fc.array(policy, { maxLength: 4 }),
  })
  .map(({ nodes, source, destination, local, policies }): readonly Manifest[] => [
    ...nodeNames.slice(0, nodes).map((name) => ({
      ...{ apiVersion: 'v1', kind: 'Node', metadata: { name } },
      status: { addresses: [{ type: 'InternalIP', address: addressOf(name) }] },
    })),
    ...['here', 'there'].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
    workloadObject('here', 'source', source),
    workloadObject('there', 'destination', destination),
    service('plain', { internalTrafficPolicy: local ? 'Local' : 'Cluster' }),
    service('open', { type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] }),
    service('headless', { clusterIP: 'None' }),
    ...policies.map(({ namespace, ...spec }, index) => ({
      ...{ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' },
      metadata: { namespace, name: `policy-${index}` },
      spec,
    })),
  ])

/** What may be asked for in such a world. */
export const targetTexts = [
  'there/svc/plain:80',
  'http://plain.there.svc.cluster.local',
  'http://headless.there.svc.cluster.local',
  'nodeport://30080',
  'nodeport://30080?node=n0',
  'tcp://192.0.2.1:80',
  'tcp://203.0.113.9:443',
]

function workloadObject(
  namespace: string,
  name: string,
  { kind, replicas, hostNetwork, tier, dnsPolicy }: typeof workload extends fc.Arbitrary<infer T> ? T : never,
): Manifest {
  const containers = [{ name: 'c', image: 'i', ports: [{ name: 'http', containerPort: 80 }] }]
  return {
    ...{ apiVersion: 'apps/v1', kind, metadata: { namespace, name } },
    spec: {
      ...(kind === 'DaemonSet' ? {} : { replicas }),
      ...(kind === 'StatefulSet' ? { serviceName: name } : {}),
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name, tier } }, spec: { containers, hostNetwork, dnsPolicy } },
    },
  }
}

function service(name: string, spec: Manifest): Manifest {
  return {
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { namespace: 'there', name } },
    spec: { selector: { app: 'destination' }, ports: [{ port: 80 }], ...spec },
  }
}
