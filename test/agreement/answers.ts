import type { Manifest } from '../../fabric/fabric.ts'
import { createAllocator } from '../../fabric/manifests/allocator.ts'
import type { ManifestObject } from '../../fabric/manifests/object.ts'
import { buildWorld } from '../../fabric/manifests/world.ts'
import type { World } from '../../fabric/world.ts'
import { changesBetween } from '../../runner/diff/changes.ts'
import { answerTo } from '../../runner/explain/answer.ts'
import { resolveEnds } from '../../runner/explain/endpoints.ts'
import { planMatrix } from '../../runner/matrix/plan.ts'
import { predictMatrix } from '../../runner/matrix/predict.ts'
import type { PathResult } from '../../runner/result/path-result.ts'
import { predictScenario } from '../../runner/run/predict-scenario.ts'
import { parseScenarios } from '../../runner/scenario/parse.ts'
import { objectsOf } from './voices.ts'

/** A source and a target as somebody writes them. */
export interface Ends {
  readonly from: string
  readonly to: string
}

export interface Input {
  readonly objects: readonly ManifestObject[]
  readonly world: World
}

export function inputOf(manifests: readonly Manifest[]): Input {
  const objects = objectsOf(manifests)
  const { world, problems } = buildWorld(objects, { allocator: createAllocator() })
  const errors = problems.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw new Error(JSON.stringify(errors))
  return { objects, world }
}

/** The word of `crosscheck explain`, or that it refuses the words of the question. */
export function explained(ends: Ends, { world }: Input): string {
  const asked = resolveEnds(ends, world)
  return 'problems' in asked ? 'refused' : answerTo(asked, world).verdict
}

/** Results of `run --predict` of many paths that are all expected to be `allowed`, or `blocked`, by `from > to`. */
export async function predictedRuns(
  questions: readonly Ends[],
  expect: 'allowed' | 'blocked',
  { objects }: Input,
): Promise<ReadonlyMap<string, readonly PathResult[]>> {
  const paths = questions.map(({ from, to }) => ({ from, to, expect }))
  const head = { apiVersion: 'crosscheck.dev/v1alpha1', kind: 'Scenario', metadata: { name: 'agreement' } }
  const { scenarios, problems } = parseScenarios(JSON.stringify({ ...head, spec: { paths } }), 'agreement.yaml')
  const [scenario] = scenarios
  if (scenario === undefined) throw new Error(JSON.stringify(problems))
  const results = new Map<string, readonly PathResult[]>()
  await predictScenario(
    { scenario, objects, readObjects: async () => [] },
    {
      emit: (event) => {
        if (event.kind !== 'path') return
        const result = event.result as PathResult
        // A source in several places has a result for each.
        const key = keyOf({ from: result.from.replace(/\[.*\]$/, ''), to: result.to })
        results.set(key, [...(results.get(key) ?? []), result])
      },
    },
  )
  return results
}

export function keyOf({ from, to }: Ends): string {
  return `${from} > ${to}`
}

/** Cells of `matrix --predict`, by `ns/pod > ns/pod:port` and `ns/pod > ns/service/name:port`, over TCP. */
export function predictedMatrix({ world }: Input): ReadonlyMap<string, string> {
  const options = { namespaces: [], selector: {}, everything: true, ports: [], services: true, timing } as const
  const cells = predictMatrix(planMatrix(world, options), world).map(({ cell }) => cell)
  return new Map(
    cells
      .filter(({ protocol }) => protocol === 'TCP')
      .map(({ from, to, port, predicted, reason }) => [
        `${from} > ${to}:${port}`,
        reason === 'partly_open' ? 'partly' : (predicted ?? 'none'),
      ]),
  )
}

/** What `diff` says that the policies close, as `ns/workload > ns/workload:port`, over TCP. */
export function closedByPolicies({ objects, world }: Input): ReadonlySet<string> {
  const open = objects.filter(({ kind }) => kind !== 'NetworkPolicy')
  const before = buildWorld(open, { allocator: createAllocator() }).world
  const { closes } = changesBetween(before, world)
  return new Set(
    closes.filter(({ protocol }) => protocol === 'TCP').map(({ from, to, port }) => `${from} > ${to}:${port}`),
  )
}

/** Nothing waits: only the plan's shape is used. */
const timing = {
  allowed: { deadlineMs: 1000, attempts: 1 },
  blocked: { deadlineMs: 1000, attempts: 1 },
  canaryMs: 1000,
  policies: 'at-once',
} as const
