import type { Direction } from '../types.ts'
import type { Compiled } from './compiled.ts'
import { type Decision, decide, rulingOf, sideOf, type Verdict } from './decide.ts'
import { overriding } from './foreign.ts'
import { governing } from './governing.ts'
import { nameOf, type Path, pathOf, type Unanswerable } from './path.ts'
import type { Prediction, Side } from './prediction.ts'
import type { Query } from './query.ts'
import { reselected } from './reselect.ts'
import type { PodActor } from './subjects.ts'
import { nearestMiss, traceTiers, traceUnselecting } from './trace.ts'

/** Predicts the verdict on one new connection, with the evidence of both sides. */
export function predict(query: Query, compiled: Compiled): Prediction | Unanswerable {
  const path = pathOf(query, compiled)
  if ('kind' in path) return path
  const decision = decisionOf(query, path, compiled)
  return {
    kind: 'prediction',
    ...decision,
    egress: sideOfQuery('egress', query, { path, compiled }),
    ingress: sideOfQuery('ingress', query, { path, compiled }),
    mayBeOverridden: overriding(path, decision.verdict, compiled),
  }
}

/** Returns only the verdict, from the same evaluator. Used for matrices. */
export function verdictOf(query: Query, compiled: Compiled): Decision | Unanswerable {
  const path = pathOf(query, compiled)
  return 'kind' in path ? path : decisionOf(query, path, compiled)
}

/** Rules 47 and 49 decide before any policy is evaluated. */
function decisionOf({ protocol, established }: Query, path: Path, compiled: Compiled): Decision {
  if (protocol === 'ICMP') return undefinedBy(47)
  return established === true ? undefinedBy(49) : decide(path, compiled)
}

function undefinedBy(rule: 47 | 49): Decision {
  const verdict: Verdict = 'undefined'
  return { verdict, dependsOn: [], undefinedBy: [rule] }
}

interface Found {
  readonly path: Path
  readonly compiled: Compiled
}

function sideOfQuery(direction: Direction, { protocol }: Query, { path, compiled }: Found): Side {
  const assumptions = { profile: compiled.profile, flipped: 0, consulted: 0 }
  const context = { labelling: compiled.labelling, assumptions }
  const { actor } = direction === 'egress' ? path.from : path.to
  const selecting = actor.kind === 'pod' ? governing(actor, compiled) : undefined
  const isolated = selecting?.isolated[direction] ?? false
  const head = { direction, subject: nameOf(actor), isolated }
  if (protocol === 'ICMP') return { ...head, allowed: true, by: 'protocol', tiers: [] }
  const { allowed, by } = rulingOf(direction, path, { compiled, context })
  if (selecting === undefined || !asksTiers(by)) return { ...head, allowed, by, tiers: [] }
  const pod = actor as PodActor
  const traffic = sideOf(direction, path, { compiled, context, pod })
  const tiers = traceTiers(selecting, traffic, context)
  const idle = allowed || by !== 'NetworkPolicy' ? [] : reselected(pod).map(({ policy }) => policy)
  const unselecting = idle.flatMap((policy) => traceUnselecting(policy, { traffic, context, pod }))
  const miss = allowed ? undefined : nearestMiss(tiers, unselecting)
  return { ...head, allowed, by, tiers, ...(miss === undefined ? {} : { nearestMiss: miss }) }
}

function asksTiers(by: Side['by']): boolean {
  return by === 'default' || by === 'Admin' || by === 'NetworkPolicy' || by === 'Baseline'
}
