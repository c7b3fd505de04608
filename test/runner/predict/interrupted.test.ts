import { expect, test } from 'vitest'
import type { RunEvent } from '../../../runner/result/events.ts'
import { predictRun } from '../../../runner/run/predict-run.ts'
import { parseScenarios } from '../../../runner/scenario/parse.ts'

test('interrupted, the paths that the engine did not come to are told as such', async () => {
  const spec = { paths: [{ from: 'web/pod/a', to: 'db/pod/x:80', expect: 'allowed' }] }
  const head = { apiVersion: 'crosscheck.dev/v1alpha1', kind: 'Scenario', metadata: { name: 's' } }
  const { scenarios } = parseScenarios(JSON.stringify({ ...head, spec }), 's.yaml')
  const events: RunEvent[] = []
  const summary = await predictRun(
    scenarios.map((scenario) => ({ scenario, objects: [], readObjects: async () => [] })),
    {
      head: { id: '1', where: 'predicted', tool: '0', scenarios: [] },
      emit: (event) => void events.push(event),
      ...{ now: () => 0, signal: AbortSignal.abort() },
    },
  )
  expect(summary).toMatchObject({ inconclusive: 1, predicted: 0, interrupted: true })
  const results = events.flatMap((event) => (event.kind === 'path' ? [event.result] : []))
  expect(results).toMatchObject([{ to: 'db/pod/x:80', status: 'inconclusive', cause: 'not_run' }])
})
