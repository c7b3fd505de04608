import { expect, test } from 'vitest'
import { mixed, sharedPace } from '../../../runner/observe/pace.ts'
import type { Dial } from '../../../runner/plan/planned-check.ts'

const dial = (source: string, node: string, connections = 1) =>
  ({ source, aim: { kind: 'pod', pod: { node } }, connections }) as unknown as Dial
const times = (count: number, make: () => Dial) => Array.from({ length: count }, make)

test('sources share what a node may see in a second in proportion to what they ask', () => {
  const [one, other] = [times(300, () => dial('one', 'n1', 3)), times(100, () => dial('other', 'n1'))]
  const paceOf = sharedPace([...one, ...other], 500)
  const [first, second] = [paceOf(one)!.perSecond!, paceOf(other)!.perSecond!]
  expect(first + second).toBeCloseTo(500)
  expect(first / second).toBeCloseTo(9)
})

test('nodes count apart, and the one that is dialled most decides', () => {
  const dials = [...times(2_000, () => dial('one', 'n1')), ...times(1_000, () => dial('one', 'n2'))]
  expect(sharedPace(dials, 500)(dials)).toEqual({ perSecond: 750 })
})

test('what one second admits has no pace', () => {
  const dials = times(500, () => dial('one', 'n1'))
  expect(sharedPace(dials, 500)(dials)).toBeUndefined()
})

test('the nodes of a source’s targets take turns, so that none sees its share in a burst', () => {
  const dials = [...times(4, () => dial('one', 'n1')), ...times(2, () => dial('one', 'n2'))]
  const nodes = mixed(dials).map(({ aim }) => (aim.kind === 'pod' ? aim.pod.node : ''))
  expect(nodes).toEqual(['n1', 'n2', 'n1', 'n1', 'n2', 'n1'])
  expect(new Set(mixed(dials))).toEqual(new Set(dials))
})
