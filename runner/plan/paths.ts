import type { ScenarioPath } from '../scenario/model.ts'
import { planAllowed } from './allowed.ts'
import { planBlocked } from './blocked.ts'
import { planDns } from './dns.ts'
import type { PlanCheck, PlanOptions } from './path-context.ts'
import type { PlannedCheck } from './planned-check.ts'
import type { PlannedPath } from './planned-path.ts'
import type { PlannedSource } from './planned-source.ts'

/** Plans one path for one source: one row per family. */
export type PlanPath = (path: ScenarioPath, source: PlannedSource, witness?: PlannedSource) => readonly PlannedPath[]

/** Creates a planner for one run. Equal checks of different paths are the same object, so each runs once. */
export function createPlanner(options: PlanOptions): PlanPath {
  const plannedChecks = new Map<string, PlannedCheck>()
  const planCheck: PlanCheck = (made) => {
    const key = JSON.stringify([made.source, made.check, made.connections, made.destination.kind, made.singleSyn])
    const known = plannedChecks.get(key) ?? made
    plannedChecks.set(key, known)
    return known
  }
  return (path, source, witness) => {
    const families = path.family === 'both' ? ([4, 6] as const) : [path.family]
    return families.map((family) => {
      const task = { path, source, witness, family, planCheck, options }
      const head = { path, source, witnesses: [], ...(family === undefined ? {} : { family }) }
      if (path.target.kind === 'dns') return { ...head, ...planDns(path.target, task) }
      const layer4 = path.expect.kind === 'blocked' && path.expect.layer === 4
      return { ...head, ...(layer4 ? planBlocked(path.target, task) : planAllowed(path.target, task)) }
    })
  }
}
