import type { Direction } from '../types.ts'
import type { Compiled } from './compiled.ts'
import { governing } from './governing.ts'
import {
  type Assumptions,
  type Choice,
  choiceBits,
  choicesOf,
  isFlipped,
  unpromised,
} from './implementation-choices.ts'
import type { Context } from './match.ts'
import type { Path } from './path.ts'
import type { End, PodActor } from './subjects.ts'
import { type SideTraffic, type TierName, tiers } from './tiers.ts'

export type Verdict = 'allow' | 'deny' | 'undefined'

/** Why policies do not apply to one side: rules 7, 50, 51 and 53. */
export type Exemption = 'external' | 'host' | 'own node' | 'loopback'

/** The answer of one side and its origin: a tier, `default` when no tier answers, or the reason why policies do not apply. */
export interface Ruling {
  readonly allowed: boolean
  readonly by: TierName | 'default' | Exemption
}

export interface Decision {
  readonly verdict: Verdict
  /** Implementation choices that decide the verdict and for which the engine used the default. */
  readonly dependsOn: readonly Choice[]
  /** The choices that make the verdict `undefined`. */
  readonly undefinedBy: readonly Choice[]
}

/** Returns the verdict on a path. It tries each implementation choice that it meets both ways and names those that change the verdict. */
export function decide(path: Path, compiled: Compiled): Decision {
  if (isHairpin(path)) return hairpin(path, compiled)
  const first = attempt(path, compiled, 0)
  if (first.consulted === 0) return first.allowed ? firm.allow : firm.deny
  const decisive = decisiveBits(path, compiled, first)
  if (decisive === 0) return first.allowed ? firm.allow : firm.deny
  const undefining = compiled.profile.portable ? decisive : decisive & unpromised
  if (undefining !== 0) return { verdict: 'undefined', dependsOn: [], undefinedBy: choicesOf(undefining) }
  return { verdict: first.allowed ? 'allow' : 'deny', dependsOn: choicesOf(decisive), undefinedBy: [] }
}

/** Verdicts that rest only on the specification. */
export const firm = {
  allow: { verdict: 'allow', dependsOn: [], undefinedBy: [] },
  deny: { verdict: 'deny', dependsOn: [], undefinedBy: [] },
} as const satisfies Record<string, Decision>

interface Attempt {
  readonly flipped: number
  readonly allowed: boolean
  readonly consulted: number
}

function attempt(path: Path, compiled: Compiled, flipped: number): Attempt {
  const assumptions: Assumptions = { profile: compiled.profile, flipped, consulted: 0 }
  const context = { labelling: compiled.labelling, assumptions }
  const allowed =
    rulingOf('egress', path, { compiled, context }).allowed && rulingOf('ingress', path, { compiled, context }).allowed
  return { flipped, allowed, consulted: assumptions.consulted }
}

/** Finds the choices that change the verdict, alone or in combination. Each run may meet new ones. */
function decisiveBits(path: Path, compiled: Compiled, first: Attempt): number {
  const done = new Map([[0, first.allowed]])
  const open = [first]
  let decisive = 0
  for (let run = open.pop(); run !== undefined; run = open.pop()) {
    for (let bit = 1; bit <= run.consulted; bit <<= 1) {
      if ((run.consulted & bit) === 0) continue
      const flipped = run.flipped ^ bit
      let other = done.get(flipped)
      if (other === undefined) {
        const next = attempt(path, compiled, flipped)
        other = next.allowed
        done.set(flipped, other)
        open.push(next)
      }
      if (other !== run.allowed) decisive |= bit
    }
  }
  return decisive
}

interface Asking {
  readonly compiled: Compiled
  readonly context: Context
}

const exempt = {
  external: { allowed: true, by: 'external' },
  host: { allowed: true, by: 'host' },
  ownNode: { allowed: true, by: 'own node' },
  loopback: { allowed: true, by: 'loopback' },
} as const satisfies Record<string, Ruling>

/** Returns the answer of one side of a path (rule 5: both sides must allow). Exemptions come before any tier. */
export function rulingOf(direction: Direction, path: Path, asking: Asking): Ruling {
  const { actor } = direction === 'egress' ? path.from : path.to
  if (actor.kind === 'external') return exempt.external
  if (actor.kind === 'host') return hostRuling(direction, path, { ...asking, pod: actor.pod })
  const { assumptions } = asking.context
  if (isSamePod(path) && path.via === undefined) return exempt.loopback
  const side = sideOf(direction, path, { ...asking, pod: actor })
  if (isOwnNode(actor, direction === 'egress' ? path.to : path.from)) {
    if (direction === 'ingress' || isFlipped(assumptions, choiceBits[52])) return exempt.ownNode
  }
  const { entry } = path
  if (direction === 'egress' || entry === undefined) return askTiers(side, actor, asking)
  if (isFlipped(assumptions, choiceBits['33-ingress']))
    return isOwnNode(actor, entry) ? exempt.ownNode : askTiers({ ...side, remote: entry }, actor, asking)
  if (!isOwnNode(actor, entry) && isFlipped(assumptions, choiceBits['33-own-node'])) return exempt.ownNode
  return askTiers(side, actor, asking)
}

/**
 * The traffic as the policies of one side see it. At the entry node of a NodePort, the source's policies may see the node instead of the
 * pod.
 */
export function sideOf(direction: Direction, path: Path, { context, pod }: Asking & { pod: PodActor }): SideTraffic {
  const { port, protocol, front, via } = path
  const space = pod.space
  if (direction === 'ingress') return { direction, space, remote: path.from, target: path.to.actor, port, protocol }
  if (front !== undefined && via?.kind === 'nodePort' && isFlipped(context.assumptions, choiceBits['33-egress']))
    return { direction, space, remote: front, target: front.actor, port: via.port, protocol }
  return { direction, space, remote: path.to, target: path.to.actor, port, protocol }
}

/** Rule 50: no policy selects a pod on the host network, except in implementations that treat it as a normal pod. */
function hostRuling(direction: Direction, path: Path, asking: Asking & { pod: PodActor | undefined }): Ruling {
  const { pod, compiled, context } = asking
  if (pod === undefined) return exempt.host
  const { admin, policies, baseline } = governing(pod, compiled)
  const selected = admin.length + policies.length + baseline.length > 0
  if (!selected || !isFlipped(context.assumptions, choiceBits[50])) return exempt.host
  return askTiers(sideOf(direction, path, { ...asking, pod }), pod, asking)
}

const accepted = {
  Admin: { allowed: true, by: 'Admin' },
  NetworkPolicy: { allowed: true, by: 'NetworkPolicy' },
  Baseline: { allowed: true, by: 'Baseline' },
  default: { allowed: true, by: 'default' },
} as const satisfies Record<string, Ruling>

const denied = {
  Admin: { allowed: false, by: 'Admin' },
  NetworkPolicy: { allowed: false, by: 'NetworkPolicy' },
  Baseline: { allowed: false, by: 'Baseline' },
} as const satisfies Record<TierName, Ruling>

function askTiers(side: SideTraffic, pod: PodActor, { compiled, context }: Asking): Ruling {
  const selecting = governing(pod, compiled)
  for (const tier of tiers) {
    const answer = tier.answer(selecting, side, context)
    if (answer !== 'next') return (answer === 'accept' ? accepted : denied)[tier.name]
  }
  return accepted.default
}

/** Rule 51, and rule 52 for the opposite direction. */
function isOwnNode({ pod }: PodActor, { actor }: End): boolean {
  return actor.kind === 'host' && actor.node.name === pod.node
}

function isSamePod({ from, to }: Path): boolean {
  return from.actor.kind === 'pod' && to.actor.kind === 'pod' && isSame(from.actor, to.actor)
}

function isSame({ pod: a }: PodActor, { pod: b }: PodActor): boolean {
  return a.namespace === b.namespace && a.name === b.name
}

function isHairpin(path: Path): boolean {
  return path.via !== undefined && isSamePod(path)
}

/** Rule 54: undefined if any policy isolates the pod. Otherwise implementations do not differ. */
function hairpin({ from }: Path, compiled: Compiled): Decision {
  if (from.actor.kind !== 'pod') return firm.allow
  const { admin, policies, baseline } = governing(from.actor, compiled)
  if (admin.length + policies.length + baseline.length === 0) return firm.allow
  return { verdict: 'undefined', dependsOn: [], undefinedBy: [54] }
}
