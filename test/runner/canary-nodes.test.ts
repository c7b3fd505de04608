import { expect, it } from 'vitest'
import type { Fabric } from '../../fabric/fabric.ts'
import { objectsOf } from '../../fabric/manifests/read.ts'
import { openLab } from '../../lab/open.ts'
import { hostWith } from '../lab/opening.ts'
import { denyIngress, pod, policy } from './objects.ts'
import { runIn, runInLab } from './run-in-lab.ts'

const on = (nodeName: string) => ({ spec: { nodeName } })

it('a step that leads to another node raises the canary on that node as well, and leaves those that stand where they are', async () => {
  const ran = await runInLab({
    objects: [pod('web/a', on('one')), pod('db/far', on('two')), pod('db/near', on('one'))],
    files: { 'deny.yaml': [denyIngress('db/all'), policy('web/none', { podSelector: { matchLabels: { app: 'x' } } })] },
    spec: {
      sources: { a: { namespace: 'web', as: 'pod/a' } },
      paths: [{ from: 'a', to: 'db/pod/far:8080', expect: 'allowed' }],
      steps: [
        {
          name: 'deny',
          apply: ['deny.yaml'],
          paths: [{ from: 'a', to: ['db/pod/near:8080', 'db/pod/far:8080'], expect: 'blocked' }],
        },
      ],
    },
  })
  expect(ran.results.map(({ status }) => status)).toEqual(['pass', 'pass', 'pass'])
  const raised = ran.events.flatMap((event) => (event.kind === 'canary' ? [event.results.map(({ node }) => node)] : []))
  expect(raised.map((nodes) => [...new Set(nodes)])).toEqual([['two'], ['two', 'one']])
})

it('a node on which no canary comes up keeps nobody from judging what is elsewhere', async () => {
  const objects = [pod('web/a', on('one')), pod('db/far', on('two')), pod('db/near', on('one')), denyIngress('db/all')]
  const paths = [
    { from: 'a', to: ['db/pod/far:8080', 'db/pod/near:8080'], expect: 'blocked' },
    { from: 'b', to: 'web/pod/a:8080', expect: 'allowed' },
  ]
  const sources = { a: { namespace: 'web', as: 'pod/a' }, b: { namespace: 'db', as: 'pod/far' } }
  const ran = await runIn({ spec: { sources, paths } }, async (scenario, signal) => {
    const place = { file: 'objects.yaml', line: 1, column: 1 }
    const read = objects.flatMap((value) => objectsOf(value, () => place, []))
    const lab = await openLab(
      { settings: scenario.lab, host: hostWith('runner'), now: Date.now, objects: read },
      signal,
    )
    const apply: Fabric['apply'] = async (change, over) => {
      if (JSON.stringify(change).includes('"nodeName":"two"')) throw new Error('the pod does not run: its node is gone')
      return lab.apply(change, over)
    }
    return { ...lab, apply, [Symbol.asyncDispose]: () => lab[Symbol.asyncDispose]() }
  })
  expect(ran.of('a', 'db/pod/near:8080')).toMatchObject({ status: 'pass', seen: 'blocked' })
  expect(ran.of('b', 'web/pod/a:8080')).toMatchObject({ status: 'pass', seen: 'open' })
  expect(ran.of('a', 'db/pod/far:8080')).toMatchObject({
    ...{ status: 'inconclusive', cause: 'not_enforced' },
    explanation: expect.arrayContaining([expect.stringContaining('no canary runs on two: the pod does not run')]),
  })
  const notices = ran.events.flatMap((event) => (event.kind === 'notice' ? [event.message] : []))
  expect(notices).toEqual([expect.stringContaining('no canary runs on two, so that nothing is known')])
})
