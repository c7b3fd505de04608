import pLimit from 'p-limit'
import { assumptionsOf } from '../../fabric/assumptions.ts'
import type { Fabric, Manifest } from '../../fabric/fabric.ts'
import type { World } from '../../fabric/world.ts'
import { createCanary } from '../control/canary-reuse.ts'
import { noProbes } from '../observe/probes.ts'
import { stagesOf } from '../plan/stage.ts'
import type { Emit, RunHead, Summary } from '../result/events.ts'
import type { ManifestPath, Scenario } from '../scenario/model.ts'
import { createTally, type ScenarioEvents, type TallyOptions } from './event-order.ts'
import { unreportedPaths } from './interrupted-run.ts'
import { runStage } from './stage.ts'

export interface RunOptions {
  readonly head: Omit<RunHead, 'start'>
  /** Opens the fabric of a scenario. */
  readonly open: (scenario: Scenario, signal: AbortSignal) => Promise<Fabric>
  /** Reads the objects in a step's files. */
  readonly readObjects: (files: readonly ManifestPath[]) => Promise<readonly Manifest[]>
  readonly emit: Emit
  /** Command-line arguments that name the world, quoted for a shell. Reports print commands with them. */
  readonly worldWords?: readonly string[]
  /** May change each result at the end, as a list of known failures does. */
  readonly amend?: TallyOptions['amend']
  /** How many scenarios run in parallel. */
  readonly parallel: number
  /** Deadline in milliseconds for paths and scenarios that set none. */
  readonly deadlineMs?: number
  /** How long paths may settle, in milliseconds. Overrides the scenarios; 0 turns settling off. */
  readonly settleMs?: number
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** On abort, the run reports what it has, marks every other path as inconclusive and ends. */
  readonly signal: AbortSignal
}

/** Runs the scenarios and reports everything as events. Rejects if the run itself fails. */
export async function run(scenarios: readonly Scenario[], options: RunOptions): Promise<Summary> {
  const { head, now, signal, emit, parallel } = options
  const tally = createTally(emit, options)
  const total = scenarios.flatMap(({ paths, steps }) => [...paths, ...steps.flatMap((step) => step.paths)]).length
  emit({ kind: 'start', head: { ...head, start: new Date(now()).toISOString() }, total })
  const turn = pLimit(parallel)
  const eventsOfScenarios = scenarios.map((scenario) => ({ scenario, scenarioEvents: tally.scenarioEvents() }))
  await untilOneBreaks(signal, (both) =>
    eventsOfScenarios.map(({ scenario, scenarioEvents }) =>
      turn(() => runScenario(scenario, scenarioEvents, { ...options, signal: both })),
    ),
  )
  const summary = tally.summary(signal.aborted)
  emit({ kind: 'end', end: new Date(now()).toISOString(), summary })
  return summary
}

/** Waits for all. If one rejects, aborts the others and waits for them before it rejects, so that nothing is left behind. */
async function untilOneBreaks(
  outer: AbortSignal,
  start: (signal: AbortSignal) => readonly Promise<void>[],
): Promise<void> {
  const broken = new AbortController()
  const running = start(AbortSignal.any([outer, broken.signal]))
  for (const each of running) each.catch((error: unknown) => broken.abort(error))
  await Promise.allSettled(running)
  if (broken.signal.aborted) throw broken.signal.reason
}

/** Runs one scenario in a separate fabric, stage by stage. If interrupted, reports what it has and which paths have no result. */
async function runScenario(scenario: Scenario, { emit, close }: ScenarioEvents, options: RunOptions): Promise<void> {
  const { open, signal } = options
  const unreported = new Set(stagesOf(scenario).flatMap(({ paths }) => paths))
  try {
    signal.throwIfAborted()
    emit({ kind: 'doing', scenario: scenario.name, what: 'bringing it up' })
    await using fabric = await open(scenario, signal)
    const world = await fabric.world(signal)
    emit(describe(scenario, fabric, world))
    for (const message of fabric.notes ?? []) emit({ kind: 'notice', scenario: scenario.name, message })
    const context = { ...options, emit, unreported, scenario, fabric, world, canaryFor: createCanary(fabric) }
    let probes = noProbes
    for (const stage of stagesOf(scenario)) probes = await runStage(stage, probes, context)
  } catch (error) {
    if (!signal.aborted) throw error
    for (const result of unreportedPaths(scenario, unreported)) emit({ kind: 'path', result })
  } finally {
    close()
  }
}

function describe({ name }: Scenario, fabric: Fabric, world: World) {
  const { policies, policyVersions = [], notSimulated } = world
  const versions = new Map(policyVersions.map((each) => [`${each.namespace}/${each.name}`, each]))
  return {
    kind: 'fabric' as const,
    scenario: name,
    description: fabric.description,
    assumed: assumptionsOf(world),
    ...(fabric.cluster === undefined ? {} : { cluster: fabric.cluster }),
    policies: policies.map(({ namespace, name }) => ({ namespace, name, ...versions.get(`${namespace}/${name}`) })),
    notSimulated: notSimulated.map(
      (object) => `${object.kind} ${[object.namespace, object.name].filter(Boolean).join('/')}`,
    ),
  }
}
