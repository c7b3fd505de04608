import { expect, test } from 'vitest'
import { fitted } from '../../../fabric/kubernetes/fitting.ts'
import type { LiveObject } from '../../../fabric/kubernetes/objects.ts'

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
