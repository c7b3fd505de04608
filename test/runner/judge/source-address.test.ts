import { expect, it } from 'vitest'
import { sourceAddressRemark } from '../../../runner/judge/source-address.ts'

const probe = { identity: { kind: 'node', node: 'n1' }, node: 'n1', addresses: ['192.0.2.1'] } as const
const seen = (localAddress?: string) =>
  ({ reason: 'connected', phase: 'connect', attempts: 1, durations: {}, localAddress }) as const

it('a node whose packets contradict the policies may have connected by another address', () => {
  const said = (localAddress?: string) =>
    sourceAddressRemark({ cause: 'enforcement', observed: seen(localAddress) }, probe)
  expect(said('10.244.1.0')).toEqual([
    'n1 connected from 10.244.1.0, which is none of its own addresses (192.0.2.1): policies see that one',
  ])
  expect(said()).toEqual([
    "policies see the address by which n1 connects to pods: with an overlay that is none of the node's own",
  ])
  expect(said('192.0.2.1')).toEqual([])
})

it('nothing is said of it where packets and policies agree, or the source is a pod', () => {
  expect(sourceAddressRemark({ cause: 'policy', observed: seen('10.244.1.0') }, probe)).toEqual([])
  const pod = { ...probe, identity: { kind: 'pod', namespace: 'n', name: 'p' } } as const
  expect(sourceAddressRemark({ cause: 'enforcement', observed: seen('10.244.1.0') }, pod)).toEqual([])
})
