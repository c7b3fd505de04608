import type { Manifest } from '../../fabric/fabric.ts'
import { objectsOf } from '../../fabric/manifests/read.ts'
import { openLab } from '../../lab/open.ts'
import { labInputs } from '../../runner/cli/scenarios.ts'
import type { CanaryResult } from '../../runner/control/canary.ts'
import type { RunEvent, Summary } from '../../runner/result/events.ts'
import type { PathResult } from '../../runner/result/path-result.ts'
import { predictRun } from '../../runner/run/predict-run.ts'
import { type RunOptions, run } from '../../runner/run/run.ts'
import type { Scenario } from '../../runner/scenario/model.ts'
import { parseScenarios } from '../../runner/scenario/parse.ts'
import { hostWith } from '../lab/opening.ts'

export interface Ran {
  readonly results: readonly PathResult[]
  readonly canaries: readonly CanaryResult[]
  readonly events: readonly RunEvent[]
  readonly summary: Summary
  /** The one result of this source and target. */
  of(from: string, to: string): PathResult
}

export interface Stage {
  readonly objects: readonly Manifest[]
  /** `spec` of the scenario, as the file has it. */
  readonly spec: Readonly<Record<string, unknown>>
  /** Objects of a step that applies the file of that name. */
  readonly files?: Readonly<Record<string, readonly Manifest[]>>
  /** Aborted: the run is interrupted. */
  readonly signal?: AbortSignal
}

const place = { file: 'objects.yaml', line: 1, column: 1 }

/** Runs one scenario in a dual-stack lab of its own, unless `spec.lab` says otherwise; throws for mistakes in either. */
export function runInLab({ objects, spec, ...stage }: Stage): Promise<Ran> {
  const read = objects.flatMap((value) => objectsOf(value, () => place, []))
  const lab = { families: [4, 6], ...(spec['lab'] as object | undefined) }
  return runIn({ ...stage, spec: { ...spec, lab } }, (scenario, signal) =>
    openLab({ ...labInputs(scenario, read), host: hostWith('runner'), now: Date.now }, signal),
  )
}

/** The same scenario by the engine alone, as `run --predict` has it. */
export async function predictHere({ objects, spec, files = {} }: Omit<Stage, 'signal'>): Promise<Ran> {
  const events: RunEvent[] = []
  const scenarios = scenariosOf(spec).map((scenario) => ({
    ...{ scenario, objects: objects.flatMap((value) => objectsOf(value, () => place, [])) },
    readObjects: async (wanted: readonly { readonly path: string }[]) =>
      wanted.flatMap(({ path }) => files[path] ?? []),
  }))
  const summary = await predictRun(scenarios, {
    head: { id: 'test', where: 'predicted', tool: '0', scenarios: [] },
    emit: (event) => void events.push(event),
    ...{ now: Date.now, signal: new AbortController().signal },
  })
  return ranOf(events, summary)
}

/** Runs one scenario where `open` says; `also` hears every event as it comes. */
export async function runIn(
  { spec, files = {}, signal = new AbortController().signal }: Omit<Stage, 'objects'>,
  open: RunOptions['open'],
  also: (event: RunEvent) => void = () => undefined,
): Promise<Ran> {
  const events: RunEvent[] = []
  const summary = await run(scenariosOf(spec), {
    ...{ parallel: 1, open, now: Date.now, signal },
    head: { id: 'test', where: 'lab', tool: '0', scenarios: [] },
    readObjects: async (wanted) => wanted.flatMap(({ path }) => files[path] ?? []),
    emit: (event) => {
      events.push(event)
      also(event)
    },
  })
  return ranOf(events, summary)
}

function scenariosOf(spec: Stage['spec']): readonly Scenario[] {
  const head = { apiVersion: 'crosscheck.dev/v1alpha1', kind: 'Scenario', metadata: { name: 'test' } }
  const { scenarios, problems } = parseScenarios(JSON.stringify({ ...head, spec }, undefined, 1), 'test.yaml')
  if (problems.some(({ severity }) => severity === 'error'))
    throw new Error(problems.map(({ message }) => message).join('\n'))
  return scenarios
}

function ranOf(events: readonly RunEvent[], summary: Summary): Ran {
  const results = events.flatMap((event) => (event.kind === 'path' ? [event.result] : []))
  return {
    ...{ results, events, summary },
    canaries: events.flatMap((event) => (event.kind === 'canary' ? event.results : [])),
    of(from, to) {
      const found = results.filter((result) => result.from === from && result.to === to)
      if (found.length !== 1) throw new Error(`${String(found.length)} results from ${from} to ${to}`)
      return found[0] as PathResult
    },
  }
}
