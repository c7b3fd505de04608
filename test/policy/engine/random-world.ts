import fc from 'fast-check'

const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined })
const word = fc.constantFrom('a', 'b', 'c')
const key = fc.constantFrom('app', 'tier')
const labels = fc.dictionary(key, word, { maxKeys: 2 })

const expression = fc.oneof(
  fc.record({ key, operator: fc.constantFrom('In', 'NotIn'), values: fc.array(word, { minLength: 1, maxLength: 2 }) }),
  fc.record({ key, operator: fc.constantFrom('Exists', 'DoesNotExist') }),
)
const selector = fc.oneof(
  { weight: 1, arbitrary: fc.constant({}) },
  { weight: 3, arbitrary: fc.record({ matchLabels: labels }) },
  {
    weight: 2,
    arbitrary: fc.record(
      { matchLabels: labels, matchExpressions: fc.array(expression, { maxLength: 2 }) },
      { requiredKeys: ['matchExpressions'] },
    ),
  },
)

const blocks = [
  { cidr: '0.0.0.0/0' },
  { cidr: '0.0.0.0/0', except: ['10.0.0.0/8'] },
  { cidr: '10.0.0.0/15', except: ['10.1.0.0/24', '10.0.0.2/32'] },
  { cidr: '10.1.0.0/30' },
  { cidr: '10.2.0.0/16' },
  { cidr: '10.0.0.1/32' },
  { cidr: '192.0.2.0/25' },
]
const peer = fc.oneof(
  fc.record({ podSelector: selector }),
  fc.record({ namespaceSelector: selector }),
  fc.record({ podSelector: fc.option(selector), namespaceSelector: selector }),
  fc.record({ ipBlock: fc.constantFrom(...blocks) }),
)
const protocol = fc.constantFrom('TCP', 'UDP', 'SCTP')
const port = fc.oneof(
  fc
    .record({ protocol: maybe(protocol), port: fc.constantFrom(80, 81, 53, 'web', 'dns', 'none') })
    .map(withoutUndefined),
  fc
    .record({ protocol: maybe(protocol), port: fc.constantFrom(79, 80), endPort: fc.constantFrom(80, 81, 90) })
    .map(withoutUndefined),
  fc.record({ protocol: maybe(protocol) }).map(withoutUndefined),
)
const list = <T>(of: fc.Arbitrary<T>) =>
  fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom(undefined, null, []) },
    { weight: 5, arbitrary: fc.array(of, { minLength: 1, maxLength: 2 }) },
  )
const rules = (peers: 'from' | 'to') =>
  list(fc.record({ [peers]: list(peer), ports: list(port) }).map(withoutUndefined))

const spec = fc
  .record({
    podSelector: fc.oneof(selector, fc.constant(null)),
    policyTypes: fc.constantFrom<unknown>(undefined, null, [], ['Ingress'], ['Egress'], ['Ingress', 'Egress']),
    ingress: rules('from'),
    egress: rules('to'),
  })
  .map(withoutUndefined)

const space = fc.constantFrom('x', 'y', 'z')

/** A policy as a manifest; the name is given when a world is put together. */
export const randomPolicy = fc.record({ namespace: space, spec })

const ports = fc.uniqueArray(
  fc.constantFrom(
    { name: 'web', port: 80, protocol: 'TCP' as const },
    { name: 'web', port: 81, protocol: 'UDP' as const },
    { name: 'dns', port: 53, protocol: 'UDP' as const },
    { name: 'dns', port: 53, protocol: 'TCP' as const },
  ),
  { maxLength: 3 },
)
const randomPod = fc.record({ namespace: space, labels, ports })

/** Namespaces with labels, pods, policies as manifests; `without` addresses, which come with the order. */
export const randomWorld = fc.record({
  labels: fc.record({ x: labels, y: labels, z: labels }),
  pods: fc.array(randomPod, { minLength: 2, maxLength: 5 }),
  policies: fc.array(randomPolicy, { minLength: 1, maxLength: 4 }),
})
export type RandomWorld = typeof randomWorld extends fc.Arbitrary<infer World> ? World : never

function withoutUndefined<T extends object>(object: T): Partial<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Partial<T>
}
