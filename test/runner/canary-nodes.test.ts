import { expect, it } from 'vitest'
import { denyIngress, pod, policy } from './objects.ts'
import { runInLab } from './run-in-lab.ts'

it('a step that leads to another node raises the canary on that node as well, and leaves those that stand where they are', async () => {
  const on = (nodeName: string) => ({ spec: { nodeName } })
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
