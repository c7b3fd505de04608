import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { endpointsOf } from '../../../fabric/endpoints.ts'
import { listeningPorts } from '../../../fabric/listeners.ts'
import { createAllocator } from '../../../fabric/manifests/allocator.ts'
import { readManifests } from '../../../fabric/manifests/read.ts'
import { buildWorld } from '../../../fabric/manifests/world.ts'
import { deployment, pod, service } from './build.ts'

const seeds = [
  deployment('ui', { replicas: 2, more: 'dnsConfig: { options: [{ name: ndots, value: "2" }] }' }),
  deployment('db')
    .replace('kind: Deployment', 'kind: StatefulSet')
    .replace('replicas: 1', 'replicas: 1\n  serviceName: db'),
  pod('a', {
    spec: '{ nodeName: n1, hostAliases: [{ ip: 10.0.0.1, hostnames: [x] }], initContainers: [{ restartPolicy: Always, ports: [{ containerPort: 1 }] }] }',
    status:
      '{ phase: Running, podIPs: [{ ip: 10.1.0.1 }], hostIPs: [{ ip: 10.2.0.1 }], conditions: [{ type: Ready, status: "True" }], containerStatuses: [{ restartCount: 1 }] }',
    metadata: ', ownerReferences: [{ kind: ReplicaSet, name: ui-abc, controller: true }]',
  }),
  service(
    's',
    '{ type: NodePort, selector: { app: ui }, clusterIPs: [10.96.9.9], ipFamilies: [IPv4], ports: [{ port: 80, targetPort: http, nodePort: 30080 }] }',
  ),
  service('kube-dns', '{ clusterIP: None, ports: [{ port: 53 }] }', 'kube-system'),
  '\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: { name: e, namespace: kube-system, labels: { kubernetes.io/service-name: kube-dns } }\naddressType: IPv4\nendpoints: [{ addresses: [10.1.0.1], conditions: { ready: true } }]\nports: [{ port: 53 }]\n---',
  '\napiVersion: v1\nkind: Endpoints\nmetadata: { name: s, namespace: shop }\nsubsets: [{ addresses: [{ ip: 10.1.0.1 }], ports: [{ port: 53 }] }]\n---',
  '\napiVersion: v1\nkind: Node\nmetadata: { name: n1, labels: { a: b } }\nstatus: { addresses: [{ type: InternalIP, address: 10.2.0.1 }] }\n---',
  '\napiVersion: v1\nkind: Namespace\nmetadata: { name: shop, labels: { a: b } }\n---',
  '\napiVersion: batch/v1\nkind: Job\nmetadata: { name: j }\nspec: { parallelism: 2, template: {} }\nstatus: { conditions: [{ type: Complete, status: "False" }] }\n---',
  '\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: p, namespace: shop }\nspec: { podSelector: { matchLabels: { a: b }, matchExpressions: [{ key: a, operator: In, values: [b] }] }, policyTypes: [Ingress], ingress: [{ from: [{ ipBlock: { cidr: 10.0.0.0/8, except: [10.1.0.0/16] } }, { podSelector: {}, namespaceSelector: {} }], ports: [{ port: 80, endPort: 90, protocol: TCP }] }], egress: [{ to: [{ podSelector: {} }] }] }\n---',
].flatMap((text) => readManifests([{ file: 'seed', text }]).objects.map(({ value }) => value))

type Steps = readonly (string | number)[]

function pathsOf(value: unknown, path: Steps = []): Steps[] {
  if (typeof value !== 'object' || value === null) return [path]
  return [
    path,
    ...Object.entries(value).flatMap(([key, item]) =>
      pathsOf(item, [...path, Array.isArray(value) ? Number(key) : key]),
    ),
  ]
}

function replaced(value: unknown, [step, ...rest]: Steps, by: unknown): unknown {
  if (step === undefined) return by
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value))
    return value.map((item: unknown, index) => (index === step ? replaced(item, rest, by) : item))
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, key === step ? replaced(item, rest, by) : item]),
  )
}

const paths = seeds.flatMap((seed, index) => pathsOf(seed).map((path) => ({ index, path })))
const junk = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    -1,
    0,
    1.5,
    1e21,
    '',
    '80',
    'x y',
    [],
    {},
    [null],
    [[]],
    [{}],
    { a: null },
    ['a'],
    '__proto__',
    '::1/200',
    '10.0.0.1',
  ),
  fc.jsonValue({ maxDepth: 2 }),
)

describe('manifests with anything anywhere', () => {
  it('give problems, never an exception, and every problem has a place', () => {
    const mutation = fc.record({ at: fc.constantFrom(...paths), by: junk })
    const property = fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
      const objects = seeds.map((seed, index) =>
        mutations
          .filter(({ at }) => at.index === index)
          .reduce((value: unknown, { at, by }) => replaced(value, at.path, by), seed),
      )
      const read = readManifests([
        { file: 'm.yaml', text: objects.map((object) => stringify(object, { version: '1.1' })).join('\n---\n') },
      ])
      const { world, problems } = buildWorld(read.objects, { allocator: createAllocator() })
      for (const one of world.services) endpointsOf(one, world)
      for (const one of world.pods) listeningPorts(one, world)
      for (const { message, place } of [...read.problems, ...problems]) {
        expect(message).not.toBe('')
        expect(place).toMatchObject({ file: 'm.yaml', line: expect.any(Number) })
      }
    })
    fc.assert(property, { numRuns: 100 })
  })
  it('of any text at all do not throw either', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'{}[]:-,&*!|>\'"%@`#? \n\tab1~<='.split('')) }), (text) => {
        const { objects } = readManifests([{ file: 'm.yaml', text }])
        buildWorld(objects, { allocator: createAllocator() })
      }),
      { numRuns: 200 },
    )
  })
})
