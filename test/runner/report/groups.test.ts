import { expect, test } from 'vitest'
import { groupPaths } from '../../../runner/report/groups.ts'
import type { PathResult } from '../../../runner/result/path-result.ts'
import { endpoint, openPath, outcome } from './events.ts'

/** A path to a pod of its own, whose sentences name it in every form that sentences have. */
function toPod(last: number, more: Partial<PathResult> = {}): PathResult {
  const address = `10.244.1.${last}`
  const pod = `shop-data/pod-${last}`
  return openPath({
    from: `source-${last}`,
    to: `target-${last}`,
    source: { pod: `shop-front/probe-${last}`, node: 'n0' },
    endpoints: [endpoint({ address, pod })],
    explanation: [
      `nothing listens on ${address}:5432/TCP: even from inside ${pod} it is closed (${address}).`,
      `${address}: source-${last} (shop-front/probe-${last}) reached target-${last} "${pod}", and [${address}]:5432;`,
    ],
    ...more,
  })
}

const sizes = (...paths: PathResult[]) => groupPaths(paths).map(({ others }) => 1 + others.length)

test('sentences that differ only in names and addresses of their path are one', () => {
  expect(sizes(toPod(1), toPod(2), toPod(3))).toEqual([3])
})

test('sentences that name somebody else differ', () => {
  const other = { explanation: ['policy shop-data/a admits it'] }
  expect(sizes(toPod(1, other), toPod(2, other), toPod(3, { explanation: ['policy shop-data/b admits it'] }))).toEqual([
    2, 1,
  ])
})

test.each([
  { scenario: 'nova' },
  { step: 'drift' },
  { status: 'inconclusive' },
  { cause: 'leak' },
  { expect: 'allowed' },
  { seen: 'partly' },
  { observed: outcome('udp_answered') },
] as const)('%o is another group', (more) => {
  expect(sizes(toPod(1), toPod(2, more))).toEqual([1, 1])
})

test('what policies that are not enforced leave open is one group, whatever it says', () => {
  const open = { cause: 'not_enforced', seen: 'open', explanation: ['open, but that says nothing here'] } as const
  const silent = { cause: 'not_enforced', seen: 'unknown', explanation: ['policies are not enforced on n1'] } as const
  expect(sizes(toPod(1, open), toPod(2, silent))).toEqual([2])
})
