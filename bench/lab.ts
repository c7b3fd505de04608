import { type Bench, type Figure, median, timed } from './bench.ts'
import { killed } from './lab-killed.ts'
import { paths } from './lab-paths.ts'
import { half, ingress, labOf, pods, signal } from './lab-worlds.ts'

const tables = 65

/** 500 pods, and policies that are replaced one after another. */
async function changes(): Promise<readonly Figure[]> {
  const up = await timed(() => labOf(pods(500)))
  await using lab = up.result
  const each: number[] = []
  for (let i = 0; i < tables; i++) {
    const policy = ingress('table', half(i % 2 === 0 ? 'odd' : 'even'), [
      { podSelector: half('odd') },
      { ipBlock: { cidr: `10.${String(i)}.0.0/16` } },
    ])
    each.push((await timed(() => lab.apply({ kind: 'apply', objects: [policy] }, signal))).ms)
  }
  return [
    { what: '500 pods up, from nothing', value: up.ms / 1000, unit: 's' },
    {
      what: `${String(tables)} policy tables replaced among 500 pods, median`,
      value: median(each),
      unit: 'ms',
      goal: '≤ 50',
    },
    {
      what: `${String(tables)} policy tables replaced among 500 pods, longest`,
      value: Math.max(...each),
      unit: 'ms',
      goal: '≤ 50',
    },
  ]
}

/** The time and memory that the lab takes, and the resources that it leaves behind. */
export const lab: Bench = {
  name: 'lab',
  run: async () => [
    ...(await paths('half of the pods shut', ingress('shut', half('odd')))),
    ...(await paths('every pod shut to half of them', ingress('half', {}, [{ podSelector: half('even') }]))),
    ...(await changes()),
    ...(await killed()),
  ],
}
