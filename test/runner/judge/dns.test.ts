import { describe, expect, it } from 'vitest'
import type { Outcome, Reason } from '../../../checks/outcome.ts'
import type { Controls } from '../../../runner/control/controls.ts'
import type { Verdict } from '../../../runner/judge/endpoint-verdict.ts'
import { judge } from '../../../runner/judge/judge.ts'
import { createPlanner } from '../../../runner/plan/paths.ts'
import { parseScenarios } from '../../../runner/scenario/parse.ts'

const rcodes: Partial<Record<string, Reason>> = { SERVFAIL: 'dns_servfail', REFUSED: 'dns_refused' }

/** The verdict on a question of which each name was answered so; the last one's rcode is the outcome. */
function verdictOn(
  host: string,
  rcode: string,
  questions: readonly (readonly [name: string, rcode: string])[],
): Verdict {
  const file = { sources: { a: { namespace: 'web' } }, paths: [{ from: 'a', to: `dns://${host}`, expect: { rcode } }] }
  const head = { apiVersion: 'crosscheck.dev/v1alpha1', kind: 'Scenario', metadata: { name: 'test' } }
  const { scenarios } = parseScenarios(JSON.stringify({ ...head, spec: file }), 'test.yaml')
  const path = scenarios[0]!.paths[0]!
  const timing = { deadlineMs: 1000, attempts: 1 }
  const world = { ...nothing, nodes: [], namespaces: [], pods: [], services: [], endpoints: [], policies: [] }
  const plan = createPlanner({
    world,
    probes: new Map(),
    timing: { allowed: timing, blocked: timing, canaryMs: 100, policies: 'eventually' },
  })
  const source = { key: 'a', name: 'a', identity: { kind: 'namespace', namespace: 'web' }, namespace: 'web' } as const
  const planned = plan(path, source, undefined)[0]!
  const outcome: Outcome = {
    ...{ reason: rcodes[questions.at(-1)![1]] ?? 'dns_nxdomain', phase: 'resolve', attempts: 1, durations: {} },
    dns: {
      records: [],
      questions: questions.map(([name, answer]) => ({
        ...{ name, type: 'A', server: '10.96.0.10', transport: 'udp', milliseconds: 1 },
        rcode: answer as 'SERVFAIL',
      })),
    },
  }
  const observedConnections = new Map([[planned.application!, [{ id: '0', startedAt: 0, outcome }]]])
  return judge({ planned, observedConnections, controls: {} as Controls })
}

const nothing = {
  domain: 'cluster.local',
  families: { assigned: [4], used: [4] },
  dns: { kind: 'unknown', why: 'no Service' },
  notSimulated: [],
} as const
const own = [
  ['api.web.svc.cluster.local', 'NXDOMAIN'],
  ['api.svc.cluster.local', 'NXDOMAIN'],
] as const

describe('a name that must not exist, in a cluster whose DNS knows no way out', () => {
  it.each(['SERVFAIL', 'REFUSED'])(
    'passes where only the name as it stands ends with %s, and the report says so',
    (rcode) => {
      const verdict = verdictOn('api', 'NXDOMAIN', [...own, ['api', rcode]])
      expect(verdict).toMatchObject({ status: 'pass' })
      expect(verdict.sentence).toMatch(
        new RegExp(`every name of the cluster that api could mean does not exist; .*${rcode}`),
      )
    },
  )

  it('fails where a name of the cluster was not answered with NXDOMAIN', () => {
    const verdict = verdictOn('api', 'NXDOMAIN', [own[0], ['api.svc.cluster.local', 'SERVFAIL'], ['api', 'SERVFAIL']])
    expect(verdict).toMatchObject({ status: 'fail', cause: 'answer' })
  })

  it('fails for a name that the public root may delegate, which the silence of others hides', () => {
    const names = [
      ['shop.example.com.web.svc.cluster.local', 'NXDOMAIN'] as const,
      ['shop.example.com', 'SERVFAIL'] as const,
    ]
    expect(verdictOn('shop.example.com', 'NXDOMAIN', names)).toMatchObject({ status: 'fail', cause: 'answer' })
  })

  it('fails for a full name, for which nothing else was asked', () => {
    const name = 'api.web.svc.cluster.local'
    expect(verdictOn(name, 'NXDOMAIN', [[name, 'SERVFAIL']])).toMatchObject({ status: 'fail', cause: 'answer' })
  })

  it('is not what a scenario gets that asks for SERVFAIL itself', () => {
    expect(verdictOn('api', 'SERVFAIL', [...own, ['api', 'SERVFAIL']]).sentence).toBeUndefined()
  })
})
