import { expect, test } from 'vitest'
import { mixed, sharedPace } from '../../../runner/observe/pace.ts'
import type { PlannedCheck } from '../../../runner/plan/planned-check.ts'

const plannedCheck = (source: string, node: string, connections = 1) =>
  ({ source, destination: { kind: 'pod', pod: { node } }, connections }) as unknown as PlannedCheck
const times = (count: number, make: () => PlannedCheck) => Array.from({ length: count }, make)

test('sources share what a node may see in a second in proportion to what they ask', () => {
  const [one, other] = [times(300, () => plannedCheck('one', 'n1', 3)), times(100, () => plannedCheck('other', 'n1'))]
  const paceOf = sharedPace([...one, ...other], 500)
  const [first, second] = [paceOf(one)!.perSecond!, paceOf(other)!.perSecond!]
  expect(first + second).toBeCloseTo(500)
  expect(first / second).toBeCloseTo(9)
})

test('nodes count apart, and the one that is dialled most decides', () => {
  const plannedChecks = [
    ...times(2_000, () => plannedCheck('one', 'n1')),
    ...times(1_000, () => plannedCheck('one', 'n2')),
  ]
  expect(sharedPace(plannedChecks, 500)(plannedChecks)).toEqual({ perSecond: 750 })
})

test('what one second admits has no pace', () => {
  const plannedChecks = times(500, () => plannedCheck('one', 'n1'))
  expect(sharedPace(plannedChecks, 500)(plannedChecks)).toBeUndefined()
})

test('the nodes of a source’s targets take turns, so that none sees its share in a burst', () => {
  const plannedChecks = [...times(4, () => plannedCheck('one', 'n1')), ...times(2, () => plannedCheck('one', 'n2'))]
  const nodes = mixed(plannedChecks).map(({ destination }) => (destination.kind === 'pod' ? destination.pod.node : ''))
  expect(nodes).toEqual(['n1', 'n2', 'n1', 'n1', 'n2', 'n1'])
  expect(new Set(mixed(plannedChecks))).toEqual(new Set(plannedChecks))
})
