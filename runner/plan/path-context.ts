import { isIP } from 'node:net'
import type { Family } from '../../checks/vantage.ts'
import type { Probe, Timing } from '../../fabric/fabric.ts'
import type { World } from '../../fabric/world.ts'
import type { ReachedTarget, ScenarioPath } from '../scenario/model.ts'
import type { Patience } from './checks.ts'
import { destinationsOf } from './destinations-of-target.ts'
import { type Destination, familyOf, type PlannedCheck, type SourceKey } from './planned-check.ts'
import type { PlannedSource } from './planned-source.ts'
import type { TargetDestinations } from './unresolved-target.ts'

export interface PlanOptions {
  readonly world: World
  readonly probes: ReadonlyMap<SourceKey, Probe>
  readonly timing: Timing
  /** Of paths that give none themselves. */
  readonly deadlineMs?: number
}

export type PlanCheck = (plannedCheck: PlannedCheck) => PlannedCheck

/** One path, one source, one family: what the ways of planning work on. */
export interface PathContext {
  readonly path: ScenarioPath
  readonly source: PlannedSource
  readonly witness: PlannedSource | undefined
  readonly family: Family | undefined
  readonly plannedCheck: PlanCheck
  readonly options: PlanOptions
}

/** How long a path's checks wait: its own figures, then the run's, then the fabric's. */
export function patienceOf({ path, options }: PathContext, expected: 'allowed' | 'blocked'): Patience {
  const usual = options.timing[expected]
  return { deadlineMs: path.deadlineMs ?? options.deadlineMs ?? usual.deadlineMs, attempts: usual.attempts }
}

/** The target's addresses in the families that are asked for and that the source has. */
export function destinationsFor(target: ReachedTarget, { source, family, options }: PathContext): TargetDestinations {
  const { world, probes } = options
  const own = probes.get(source.key)?.addresses.map(familyOf)
  const { destinations, unresolvedTarget } = destinationsOf(target, {
    world,
    namespace: source.namespace,
    outside: source.identity.kind === 'outside',
    ...(family === undefined ? {} : { families: [family] }),
  })
  const kept = destinations.filter(({ socket }) => own === undefined || own.includes(socket.family))
  if (kept.length > 0 || destinations.length === 0)
    return { destinations: kept, ...(unresolvedTarget === undefined ? {} : { unresolvedTarget }) }
  const lacking = [...new Set(destinations.map(({ socket }) => socket.family))].map((each) => `IPv${each}`).join(' or ')
  return {
    destinations: [],
    unresolvedTarget: {
      cause: 'no_route',
      sentence: `${source.name} has no ${lacking} address, and ${target.name} has no other`,
    },
  }
}

/** An address that draws an endpoint anew for each connection: with so many per endpoint, one is missed in 20,000 runs. */
const perEndpoint = 10
const most = 50

/** How many connections it takes to meet every endpoint behind an address, where these are not dialled themselves. */
export function drawsOf(destination: Destination, all: readonly Destination[]): number {
  if (destination.kind !== 'node' && destination.kind !== 'virtual') return 1
  const themselves = all.some(({ kind }) => kind === 'pod' || kind === 'external')
  return themselves || destination.endpoints.length < 2 ? 1 : Math.min(destination.endpoints.length * perEndpoint, most)
}

/** The target's name where it has one that must be resolved. */
export function hostNameOf(target: ReachedTarget): string | undefined {
  return 'host' in target && isIP(target.host) === 0 ? target.host : undefined
}
