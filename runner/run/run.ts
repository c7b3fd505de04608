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
  /** Brings up where the scenario's pods live. */
  readonly open: (scenario: Scenario, signal: AbortSignal) => Promise<Fabric>
  /** The objects of a step's files. */
  readonly readObjects: (files: readonly ManifestPath[]) => Promise<readonly Manifest[]>
  readonly emit: Emit
  /** The words of the command line that name the world, quoted for a shell: for commands that reports print. */
  readonly worldWords?: readonly string[]
  /** Has the last word on each path, as a list of known failures has. */
  readonly amend?: TallyOptions['amend']
  /** How many scenarios run side by side. */
  readonly parallel: number
  /** Milliseconds; of paths and scenarios that give none. */
  readonly deadlineMs?: number
  /** How long paths may settle, in milliseconds: instead of what scenarios say; 0 turns it off. */
  readonly settleMs?: number
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Aborted: the run tells what it has, every other path as not known, and ends. */
  readonly signal: AbortSignal
}

/** Runs the scenarios and tells everything as events. Rejects where the run itself breaks. */
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

/** Waits for all; when one rejects the others are stopped first, so that nothing of them is left. */
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

/** One scenario in a fabric of its own, stage by stage; interrupted, it ends with what it has, and says of which paths it has nothing. */
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
