import { describe, expect, it } from 'vitest'
import type { Fabric, Manifest, Probe } from '../../../fabric/fabric.ts'
import { objectsOf } from '../../../fabric/manifests/read.ts'
import { openLab } from '../../../lab/open.ts'
import type { RunEvent } from '../../../runner/result/events.ts'
import type { RunOptions } from '../../../runner/run/run.ts'
import { hostWith } from '../../lab/opening.ts'
import { denyIngress, namespace, pod } from '../objects.ts'
import { runIn } from '../run-in-lab.ts'

const shut = denyIngress('db/shut', 'x')
const standing = [namespace('web'), namespace('db'), pod('web/a'), pod('db/x'), pod('db/y')]
const sources = { a: { namespace: 'web', as: 'pod/a' } }

/** A lab with these objects, some of whose functions are others. */
function labWith(
  objects: readonly Manifest[],
  changed: (lab: Fabric) => Partial<Fabric> = () => ({}),
): RunOptions['open'] {
  return async (scenario, signal) => {
    const place = { file: 'objects.yaml', line: 1, column: 1 }
    const read = objects.flatMap((value) => objectsOf(value, () => place, []))
    const host = hostWith('runner')
    const lab = await openLab({ settings: scenario.lab, host, now: Date.now, objects: read }, signal)
    return { ...lab, ...changed(lab), [Symbol.asyncDispose]: () => lab[Symbol.asyncDispose]() }
  }
}

/** Runs paths, and is interrupted at the first event that `isTime` finds. */
async function interrupted(
  spec: Readonly<Record<string, unknown>>,
  open: (stop: () => void) => RunOptions['open'],
  isTime: (event: RunEvent) => boolean = () => false,
) {
  const run = new AbortController()
  const stop = () => run.abort(new Error('interrupted'))
  const files = { 'shut.yaml': [shut] }
  const stage = { spec: { sources, ...spec }, files, signal: run.signal }
  const ran = await runIn(stage, open(stop), (event) => (isTime(event) ? stop() : undefined))
  expect(ran.summary.interrupted).toBe(true)
  return ran
}

/** Somebody else works in the cluster: before its world is read for the n-th time he does what stands there. */
function clusterWith(others: readonly (((lab: Fabric) => Promise<void>) | undefined)[]) {
  let reads = 0
  return labWith(standing, (lab) => ({
    capabilities: { changesByOthers: true, builtFromManifests: false },
    async world(signal) {
      await others[reads++]?.(lab)
      return lab.world(signal)
    },
  }))
}

/** Ends without an error when it is aborted, as those of a cluster do. */
function givingUp(probe: Probe): Probe {
  return {
    ...probe,
    async *run(checks, over, pace) {
      if (!over.aborted) yield* probe.run(checks, over, pace)
      const outcome = { reason: 'not_run', phase: 'admission', attempts: 0, durations: {} } as const
      if (over.aborted) for (const { id } of checks) yield { id, startedAt: 0, outcome }
    },
  }
}

const toldOf = ({ results }: Awaited<ReturnType<typeof runIn>>) =>
  results.map(({ step, to, status, cause, explanation }) => [step, to, status, cause, explanation[0]])
const { signal } = new AbortController()
const applied = (lab: Fabric) => lab.apply({ kind: 'apply', objects: [shut] }, signal)
const both = { from: 'a', to: ['db/pod/x:8080', 'db/pod/y:8080'] }
const notMeasured = 'the run was interrupted before it was measured'

describe('an interrupted run', () => {
  it('tells every path of which it has nothing, those that the scenario leaves out by their own reason', async () => {
    const ran = await interrupted(
      {
        paths: [
          { from: 'a', to: 'db/pod/x:8080', expect: 'allowed' },
          { from: 'a', to: 'db/pod/y:8080', expect: 'allowed', skip: 'broken' },
        ],
        steps: [{ name: 'later', apply: ['shut.yaml'], paths: [{ ...both, expect: 'blocked' }] }],
      },
      (stop) => async (_scenario, over) => {
        stop()
        over.throwIfAborted()
        throw new Error('unreachable')
      },
    )
    expect(toldOf(ran)).toEqual([
      [undefined, 'db/pod/x:8080', 'inconclusive', 'not_run', notMeasured],
      [undefined, 'db/pod/y:8080', 'skipped', undefined, 'broken'],
      ['later', 'db/pod/x:8080', 'inconclusive', 'not_run', notMeasured],
      ['later', 'db/pod/y:8080', 'inconclusive', 'not_run', notMeasured],
    ])
    expect(ran.summary).toMatchObject({ inconclusive: 3, skipped: 1 })
  })

  it('judges what it measured before, and nothing of the steps that it did not come to', async () => {
    const ran = await interrupted(
      {
        paths: [{ ...both, expect: 'allowed' }],
        steps: [{ name: 'later', apply: ['shut.yaml'], paths: [{ ...both, expect: 'allowed' }] }],
      },
      () => labWith(standing),
      ({ kind }) => kind === 'path',
    )
    expect(ran.results.map(({ step, status, cause }) => [step, status, cause])).toEqual([
      [undefined, 'pass', undefined],
      [undefined, 'pass', undefined],
      ['later', 'inconclusive', 'not_run'],
      ['later', 'inconclusive', 'not_run'],
    ])
  })

  it('knows nothing of what it was measuring, and shows what it saw of it', async () => {
    const ran = await interrupted(
      {
        paths: [
          { from: 'a', to: 'db/pod/y:8080', expect: 'allowed' },
          { from: 'a', to: 'db/pod/x:8080', expect: 'blocked', deadline: '20s' },
        ],
      },
      () => labWith([...standing, shut]),
      (event) => event.kind === 'doing' && event.what.startsWith('1 of '),
    )
    const sentence = 'the run was interrupted while it was measured'
    expect(toldOf(ran)).toEqual([
      [undefined, 'db/pod/y:8080', 'inconclusive', 'not_run', sentence],
      [undefined, 'db/pod/x:8080', 'inconclusive', 'not_run', sentence],
    ])
    expect(ran.results.map(({ seen }) => seen)).toEqual(['unknown', 'unknown'])
    expect(ran.results[0]?.observed?.reason).toBe('connected')
  })

  it('says nothing of a canary that it did not see to its end', async () => {
    let changes = 0
    const ran = await interrupted({ paths: [{ ...both, expect: 'allowed' }] }, (stop) =>
      labWith(standing, (lab) => ({
        async apply(change) {
          await lab.apply(change, signal)
          if (++changes === 2) stop()
        },
        async probe(identity) {
          const probe = await lab.probe(identity, signal)
          return 'unavailable' in probe ? probe : givingUp(probe)
        },
      })),
    )
    expect(changes).toBe(3)
    expect(ran.canaries).toEqual([])
  })

  it('tells the paths that needed no second look, and that the others had none', async () => {
    const ran = await interrupted(
      { paths: [{ ...both, expect: 'allowed' }] },
      () => clusterWith([undefined, applied]),
      (event) => event.kind === 'notice' && event.message.includes('measured again'),
    )
    expect(ran.of('a', 'db/pod/y:8080')).toMatchObject({ status: 'pass' })
    const { status, cause, explanation } = ran.of('a', 'db/pod/x:8080')
    expect({ status, cause }).toEqual({ status: 'inconclusive', cause: 'world_changed' })
    expect(explanation[0]).toMatch(/changed while .* and the run was interrupted before it was measured again$/)
  })

  it('still reads the cluster again, so that what is as it was counts', async () => {
    const ran = await interrupted({ paths: [{ ...both, expect: 'allowed' }] }, (stop) =>
      clusterWith([
        undefined,
        async (lab) => {
          await applied(lab)
          stop()
          throw new Error('the connection was cut')
        },
      ]),
    )
    expect(ran.of('a', 'db/pod/y:8080')).toMatchObject({ status: 'pass' })
    expect(ran.of('a', 'db/pod/x:8080')).toMatchObject({ status: 'inconclusive', cause: 'world_changed' })
  })

  it('passes nothing where the cluster cannot be read again', async () => {
    const ran = await interrupted({ paths: [{ ...both, expect: 'allowed' }] }, (stop) => {
      const cut = async () => {
        stop()
        throw new Error('the connection was cut')
      }
      return clusterWith([undefined, cut, cut])
    })
    const sentence = 'the run was interrupted before it was known whether the cluster changed while it was measured'
    expect(toldOf(ran)).toEqual([
      [undefined, 'db/pod/x:8080', 'inconclusive', 'not_run', sentence],
      [undefined, 'db/pod/y:8080', 'inconclusive', 'not_run', sentence],
    ])
  })
})
