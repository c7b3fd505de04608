import { isIP } from 'node:net'
import type { Family } from '../../checks/vantage.ts'
import type { Probe, Timing } from '../../fabric/fabric.ts'
import type { World } from '../../fabric/world.ts'
import type { ReachedTarget, ScenarioPath } from '../scenario/model.ts'
import type { Patience } from './checks.ts'
import { type Aim, type Dial, familyOf, type SourceKey } from './planned-check.ts'
import { aimsOf } from './destinations-of-target.ts'
import type { PlannedSource } from './planned-source.ts'
import type { Aims } from './unresolved-target.ts'

export interface PlanOptions {
  readonly world: World
  readonly probes: ReadonlyMap<SourceKey, Probe>
  readonly timing: Timing
  /** Of paths that give none themselves. */
  readonly deadlineMs?: number
}

export type MakeDial = (dial: Dial) => Dial

/** One path, one source, one family: what the ways of planning work on. */
export interface Task {
  readonly path: ScenarioPath
  readonly source: PlannedSource
  readonly witness: PlannedSource | undefined
  readonly family: Family | undefined
  readonly dial: MakeDial
  readonly options: PlanOptions
}

/** How long a path's checks wait: its own figures, then the run's, then the fabric's. */
export function patienceOf({ path, options }: Task, expected: 'allowed' | 'blocked'): Patience {
  const usual = options.timing[expected]
  return { deadlineMs: path.deadlineMs ?? options.deadlineMs ?? usual.deadlineMs, attempts: usual.attempts }
}

/** The target's addresses in the families that are asked for and that the source has. */
export function aimsFor(target: ReachedTarget, { source, family, options }: Task): Aims {
  const { world, probes } = options
  const own = probes.get(source.key)?.addresses.map(familyOf)
  const { aims, gap } = aimsOf(target, {
    world,
    namespace: source.namespace,
    outside: source.identity.kind === 'outside',
    ...(family === undefined ? {} : { families: [family] }),
  })
  const kept = aims.filter(({ socket }) => own === undefined || own.includes(socket.family))
  if (kept.length > 0 || aims.length === 0) return { aims: kept, ...(gap === undefined ? {} : { gap }) }
  const lacking = [...new Set(aims.map(({ socket }) => socket.family))].map((each) => `IPv${each}`).join(' or ')
  return {
    aims: [],
    gap: { cause: 'no_route', sentence: `${source.name} has no ${lacking} address, and ${target.name} has no other` },
  }
}

/** An address that draws an endpoint anew for each connection: with so many per endpoint, one is missed in 20,000 runs. */
const perEndpoint = 10
const most = 50

/** How many connections it takes to meet every endpoint behind an address, where these are not dialled themselves. */
export function drawsOf(aim: Aim, all: readonly Aim[]): number {
  if (aim.kind !== 'node' && aim.kind !== 'virtual') return 1
  const themselves = all.some(({ kind }) => kind === 'pod' || kind === 'external')
  return themselves || aim.endpoints.length < 2 ? 1 : Math.min(aim.endpoints.length * perEndpoint, most)
}

/** The target's name where it has one that must be resolved. */
export function hostNameOf(target: ReachedTarget): string | undefined {
  return 'host' in target && isIP(target.host) === 0 ? target.host : undefined
}
