import { expect, it } from 'vitest'
import type { PathResult } from '../../../runner/result/path-result.ts'
import { predictScenario } from '../../../runner/run/predict-scenario.ts'
import { parseScenarios } from '../../../runner/scenario/parse.ts'
import { inputOf } from '../../agreement/answers.ts'
import { namespace, pod, service } from '../objects.ts'

const { objects } = inputOf([
  namespace('front'),
  namespace('data'),
  pod('front/ui'),
  pod('data/redis'),
  service('data/redis'),
])

/** What is predicted of a question that expects this rcode. */
async function predicted(host: string, rcode: string): Promise<Omit<PathResult, 'index'> | undefined> {
  const head = { apiVersion: 'crosscheck.dev/v1alpha1', kind: 'Scenario', metadata: { name: 's' } }
  const paths = [{ from: 'front/pod/ui', to: `dns://${host}`, expect: { rcode } }]
  const { scenarios } = parseScenarios(JSON.stringify({ ...head, spec: { paths } }), 's.yaml')
  const results: Omit<PathResult, 'index'>[] = []
  await predictScenario(
    { scenario: scenarios[0]!, objects, readObjects: async () => [] },
    { emit: (event) => (event.kind === 'path' ? void results.push(event.result) : undefined) },
  )
  return results[0]
}

it.each([
  ['redis.data', 'NOERROR', 'predicted'],
  ['redis.data', 'NXDOMAIN', 'fail'],
  ['redis.dta', 'NXDOMAIN', 'predicted'],
  ['redis.dta', 'NOERROR', 'fail'],
  ['db.corp.internal', 'NXDOMAIN', 'inconclusive'],
  ['db.corp.internal', 'NOERROR', 'inconclusive'],
  ['api.example.com', 'NOERROR', 'inconclusive'],
  ['grafana.monitoring', 'NXDOMAIN', 'inconclusive'],
])('what DNS answers for %s is %s: %s', async (host, rcode, status) => {
  expect(await predicted(host, rcode)).toMatchObject({ status })
})

it('a name that must resolve is told as an unknown host', async () => {
  expect((await predicted('redis.dta', 'NOERROR'))?.explanation[0]).toBe(
    'DNS would answer NXDOMAIN, expected NOERROR: redis.dta is an unknown host: there is no namespace dta: did you mean data?',
  )
})
