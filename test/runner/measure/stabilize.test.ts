import { describe, expect, it } from 'vitest'
import { stabilizingWindow } from '../../../runner/measure/stabilizing-window.ts'
import { enforcementText, percentile } from '../../../runner/result/enforcement.ts'
import type { RunEvent } from '../../../runner/result/events.ts'
import { stabilizeAfter } from '../../../runner/run/stabilize-stage.ts'
import { namespace, pod, policy } from '../objects.ts'
import { runInLab } from '../run-in-lab.ts'

const delay = 1_500
const enforcedIn = (events: readonly RunEvent[]) => events.filter((event) => event.kind === 'enforced')

/** A pod comes in a step, and the policy of its target admits its namespace; plugins learn of it late. */
const late = (settle: string) =>
  runInLab({
    objects: [
      ...[namespace('web'), namespace('db'), pod('db/x')],
      policy('db/x', {
        podSelector: {},
        policyTypes: ['Ingress'],
        ingress: [{ from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'web' } } }] }],
      }),
    ],
    files: { 'fresh.yaml': [pod('web/y')] },
    spec: {
      lab: { policyDelay: `${delay}ms` },
      settle,
      sources: { y: { namespace: 'web', as: 'pod/y' } },
      paths: [],
      steps: [
        { name: 'a pod comes', apply: ['fresh.yaml'], paths: [{ from: 'y', to: 'db/pod/x:8080', expect: 'allowed' }] },
      ],
    },
  })

describe('settling', () => {
  it('tells for each step how long the network took to do what the policies say', async () => {
    const { of, events } = await late('20s')
    expect(of('y', 'db/pod/x:8080')).toMatchObject({ status: 'pass', seen: 'open' })
    const [enforced] = enforcedIn(events)
    expect(enforced).toMatchObject({ step: 'a pod comes', enforcement: { late: 0 } })
    const { afterMs } = (enforced as Extract<RunEvent, { kind: 'enforced' }>).enforcement
    expect(afterMs.length).toBeGreaterThan(0)
    // Less the time between the pod and the answer that the step was accepted.
    for (const each of afterMs) expect(each).toBeGreaterThan(delay / 10)
  })

  it('is turned off by 0: nothing is waited for but what verdicts need', async () => {
    const { of, events } = await late('0')
    expect(of('y', 'db/pod/x:8080')).toMatchObject({ status: 'pass' })
    expect(enforcedIn(events)).toEqual([])
  })

  it('does not begin where policies are in force at once', async () => {
    const { events } = await runInLab({
      objects: [namespace('web'), pod('web/a'), pod('db/x')],
      files: { 'shut.yaml': [policy('db/shut', { podSelector: {}, policyTypes: ['Ingress'] })] },
      spec: {
        settle: '20s',
        sources: { a: { namespace: 'web', as: 'pod/a' } },
        paths: [],
        steps: [{ name: 'shut', apply: ['shut.yaml'], paths: [{ from: 'a', to: 'db/pod/x:8080', expect: 'blocked' }] }],
      },
    })
    expect(enforcedIn(events)).toEqual([])
  })
})

describe('settling after a step', () => {
  it('does not wait once more for what a step was already waited for in vain', async () => {
    const changed = { at: 0, before: new Set<string>(), policiesAlone: true, isShown: false, isLate: true }
    const first = { observedConnections: new Map(), controls: {} as never }
    // Whoever looked again would ask paths that are none.
    const options = { changed, fabric: { timing: { policies: 'eventually' } }, now: () => 0, scenario: { name: 'a' } }
    const paths = [{ addresses: [], source: {} }] as never
    const settled = await stabilizeAfter(paths, first, {
      ...options,
      signal: new AbortController().signal,
    } as never)
    expect(settled).toEqual({ measurement: first, remarks: new Map(), interrupted: new Map() })
  })
})

describe('the time that paths may take to settle', () => {
  const world = { recent: [] } as never
  const now = () => 1_000_000
  const recent = [
    { kind: 'NetworkPolicy', namespace: 'db', name: 'shut', at: now() - 60_000 },
    { kind: 'Pod', namespace: 'db', name: 'x-1', at: now() - 90_000 },
    { kind: 'Pod', namespace: 'elsewhere', name: 'z', at: now() - 1_000 },
    { kind: 'Namespace', namespace: '', name: 'db', at: now() - 121_000 },
  ]
  const options = { settleMs: undefined, changed: undefined, world, involved: new Set(['db']), now }

  it('is none where nothing changed and nobody asks for it', () => {
    expect(stabilizingWindow(options)).toBeUndefined()
    expect(stabilizingWindow({ ...options, involved: new Set(['web']), world: { recent } as never })).toBeUndefined()
  })

  it('is half a minute where something on the path changed in the last two, and the report says what', () => {
    expect(stabilizingWindow({ ...options, world: { recent } as never })).toEqual({
      until: now() + 30_000,
      why: expect.stringContaining('NetworkPolicy db/shut and 1 more changed in the last two minutes'),
    })
  })

  it('begins when the sources of a step are up, however long that took, and is as long as the scenario or the command says', () => {
    const changed = { at: now() - 5_000, before: new Set<string>(), policiesAlone: true, isShown: false, isLate: false }
    expect(stabilizingWindow({ ...options, changed })).toEqual({ until: now() + 30_000 })
    expect(stabilizingWindow({ ...options, changed, settleMs: 60_000 })).toEqual({ until: now() + 60_000 })
    expect(stabilizingWindow({ ...options, changed, settleMs: 0, world: { recent } as never })).toBeUndefined()
  })
})

describe('the sentence on time to enforce', () => {
  it('has the median, the longest of ninety-nine hundredths and the last', () => {
    const afterMs = [0, 100, 150, 2_000]
    expect(enforcementText('deny', { afterMs, flips: 0, late: 0 })).toBe(
      'deny: in force after 2.00 s (p50 0.10 s, p99 2.00 s of 4 ways)',
    )
    expect(percentile([], 50)).toBeUndefined()
  })

  it('says what never came to it and what turned back, and nothing where there was nothing to see', () => {
    expect(enforcementText('deny', { afterMs: [40], flips: 1, late: 2 })).toBe(
      'deny: in force after 0.04 s (p50 0.04 s, p99 0.04 s of 1 way); 2 of 3 ways did not do in time what the policies say; seen to turn back once',
    )
    expect(enforcementText('deny', { afterMs: [], flips: 0, late: 1 })).toBe(
      'deny: 1 of 1 ways did not do in time what the policies say',
    )
    expect(enforcementText('deny', { afterMs: [], flips: 0, late: 0 })).toBeUndefined()
  })
})
