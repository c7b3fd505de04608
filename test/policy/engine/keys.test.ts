import fc from 'fast-check'
import { expect, it } from 'vitest'
import { compile } from '../../../policy/engine/compile.ts'
import { createKeys } from '../../../policy/engine/keys.ts'
import type { PolicyPod } from '../../../policy/engine/world.ts'

/** Pods that share much, as objects, and differ in any part of it. */
const labels = [{ app: 'a' }, { app: 'b' }]
const ports = [[{ name: 'web', port: 80, protocol: 'TCP' }], [{ name: 'web', port: 81, protocol: 'TCP' }], []] as const
const listening = [[{ port: 80, protocol: 'TCP' }], [{ port: 81, protocol: 'TCP' }]] as const
const spaces = ['x', 'y']
const nodes = ['n0', 'n1']
const folds = ['f', 'g']
const pods = fc.array(
  fc.record({
    ...{ namespace: fc.constantFrom(...spaces), labels: fc.constantFrom(...labels), ports: fc.constantFrom(...ports) },
    ...{ hostNetwork: fc.boolean(), node: fc.constantFrom(...nodes), inNetwork: fc.boolean() },
    ...{ folded: fc.constantFrom(...folds), listening: fc.constantFrom(...listening) },
  }),
  { minLength: 2, maxLength: 6 },
)
const cidr = '10.0.0.0/9'

it('two pods have one key if policies see the same of them, and only then', () => {
  fc.assert(
    fc.property(pods, fc.boolean(), (all, onHost) => {
      const drawn = all.map((each) => ({ ...each, hostNetwork: each.hostNetwork && onHost }))
      const asPod = (
        { inNetwork, namespace, labels: own, ports: declared, hostNetwork, node }: (typeof drawn)[number],
        at: number,
      ): PolicyPod => ({
        ...{ namespace, labels: own, ports: declared, hostNetwork, node },
        ...{ name: `p${at}`, addresses: [inNetwork ? `10.1.0.${at}` : `10.200.0.${at}`] },
      })
      const policy = {
        ...{ namespace: 'x', name: 'p', podSelector: {}, policyTypes: ['ingress'] as const, egress: [] },
        ingress: [{ peers: [{ ipBlock: { cidr } }], ports: [] }],
      }
      const compiled = compile({
        nodes: nodes.map((name) => ({ name, addresses: [], labels: {} })),
        namespaces: spaces.map((name) => ({ name, labels: {}, labelsKnown: true })),
        ...{ pods: drawn.map(asPod), policies: [policy] },
      })
      const nodesMatter = drawn.some(({ hostNetwork }) => hostNetwork)
      const keyOf = createKeys().of(compiled)
      const seen = drawn.map((each, at) => {
        const { namespace, folded } = each
        const key = keyOf(compiled.pods.get(`${namespace}/p${at}`)!, { folded, listening: each.listening })
        return { key, text: JSON.stringify({ ...each, node: nodesMatter ? each.node : '' }) }
      })
      for (const one of seen) for (const two of seen) expect(one.key === two.key).toBe(one.text === two.text)
    }),
    { numRuns: 500 },
  )
})
