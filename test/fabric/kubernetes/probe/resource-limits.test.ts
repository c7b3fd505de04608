import { expect, test } from 'vitest'
import type { LiveObject } from '../../../../fabric/kubernetes/api/objects.ts'
import { fitted, obstacleTo } from '../../../../fabric/kubernetes/probe/resource-limits.ts'

const range = (item: object): LiveObject => ({
  metadata: { name: 'r' },
  spec: { limits: [{ type: 'Container', ...item }] },
})
const quota = (...names: string[]): LiveObject => ({
  metadata: { name: 'q' },
  spec: { hard: Object.fromEntries(names.map((name) => [name, '10'])) },
})
const usual = { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '128Mi' } }

test.each([
  ['nothing is demanded', [], [], usual],
  ['a quota that limits no CPU', [], [quota('pods', 'requests.memory')], usual],
  ['a quota demands a CPU limit', [], [quota('limits.cpu')], { ...usual, limits: { memory: '128Mi', cpu: '500m' } }],
  ['a LimitRange gives the CPU limit', [range({ default: { cpu: '1' } })], [quota('limits.cpu')], usual],
  [
    'least amounts',
    [range({ min: { cpu: '100m', memory: '256Mi' } })],
    [],
    { requests: { cpu: '100m', memory: '256Mi' }, limits: { memory: '256Mi' } },
  ],
  [
    'most amounts',
    [range({ max: { cpu: '0.02', memory: '50Mi' } })],
    [],
    { requests: { cpu: '0.02', memory: '50Mi' }, limits: { memory: '50Mi' } },
  ],
  [
    'requests must equal limits',
    [range({ maxLimitRequestRatio: { memory: '1' } })],
    [],
    { requests: { cpu: '50m', memory: '128Mi' }, limits: { memory: '128Mi' } },
  ],
])('a probe asks for what the namespace admits: %s', (_name, ranges, quotas, wanted) => {
  expect(fitted(ranges, quotas)).toEqual(wanted)
})

const full = (hard: object, used: object, more: object = {}): LiveObject => ({
  ...{ metadata: { name: 'q' }, spec: { hard, ...more }, status: { used } },
})

test.each([
  ['no quota', [], undefined],
  ['room for one more pod', [full({ pods: '3' }, { pods: '2' })], undefined],
  ['no pod more', [full({ pods: '2' }, { pods: '2' })], 'pods 2 of 2 used, 1 more needed'],
  [
    'memory used up',
    [full({ 'limits.memory': '1Gi' }, { 'limits.memory': '960Mi' })],
    'limits.memory 960Mi of 1Gi used, 128Mi more needed',
  ],
  ['CPU used up', [full({ cpu: '1' }, { cpu: '980m' })], 'cpu 980m of 1 used, 50m more needed'],
  ['just enough', [full({ cpu: '1' }, { cpu: '950m' })], undefined],
  ['a quota of other things', [full({ services: '0' }, { services: '0' })], undefined],
  ['a quota for some pods only', [full({ pods: '0' }, { pods: '0' }, { scopes: ['BestEffort'] })], undefined],
  ['a quota that was not counted yet', [full({ pods: '0' }, {})], undefined],
])('what keeps a probe out is told before it is tried: %s', (_name, quotas, told) => {
  expect(obstacleTo(usual, [], quotas)).toBe(told && `the ResourceQuota q is full: ${told}`)
})

test('a probe is not put where it gets too little memory to live', () => {
  const ranges = [range({ max: { memory: '32Mi' } })]
  const wanted = 'the LimitRange r leaves it 32Mi of memory, and 48Mi are needed'
  expect(obstacleTo(fitted(ranges, []), ranges, [])).toBe(wanted)
})
