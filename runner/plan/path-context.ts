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
  /** Deadline of paths that set none. */
  readonly deadlineMs?: number
}

export type PlanCheck = (plannedCheck: PlannedCheck) => PlannedCheck

/** One path, one source, one family: the input of each planning function. */
export interface PathContext {
  readonly path: ScenarioPath
  readonly source: PlannedSource
  readonly witness: PlannedSource | undefined
  readonly family: Family | undefined
  readonly planCheck: PlanCheck
  readonly options: PlanOptions
}

/** The deadline of a path's checks: from the path, else from the run, else from the fabric. */
export function patienceOf({ path, options }: PathContext, expected: 'allowed' | 'blocked'): Patience {
  const usual = options.timing[expected]
  return { deadlineMs: path.deadlineMs ?? options.deadlineMs ?? usual.deadlineMs, attempts: usual.attempts }
}

/** The target's addresses, limited to the families that the path asks for and the source has. */
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

/** Connections per endpoint of an address that picks an endpoint for each connection: an endpoint is missed in one of 20,000 runs. */
const perEndpoint = 10
const most = 50

/** How many connections are needed to reach every endpoint behind an address; 1 if each endpoint has a check. */
export function drawsOf(destination: Destination, all: readonly Destination[]): number {
  if (destination.kind !== 'node' && destination.kind !== 'virtual') return 1
  const themselves = all.some(({ kind }) => kind === 'pod' || kind === 'external')
  return themselves || destination.endpoints.length < 2 ? 1 : Math.min(destination.endpoints.length * perEndpoint, most)
}

/** The host name of a target; undefined for an IP address. */
export function hostNameOf(target: ReachedTarget): string | undefined {
  return 'host' in target && isIP(target.host) === 0 ? target.host : undefined
}
