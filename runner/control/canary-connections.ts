import { checkSchemas } from '../../checks/check.ts'
import { layer4Of } from '../../checks/layer4.ts'
import type { Reason } from '../../checks/outcome.ts'
import { pause } from '../../checks/pause.ts'
import type { Family } from '../../checks/vantage.ts'
import type { Probe, Timing } from '../../fabric/fabric.ts'
import { familyOf } from '../plan/planned-check.ts'
import { canaryPort } from './canary-objects.ts'

/** The two canaries of a node, each asked from inside its own pod. */
export interface NodeCanaries {
  readonly node: string
  readonly open: Probe
  readonly guarded: Probe
}

/** One way between an open and a guarded canary; the guarded one's policies of that side are what it tries. */
export interface Leg {
  readonly node: string
  readonly side: 'ingress' | 'egress'
  readonly family: Family
  readonly from: Probe
  readonly address: string
}

/**
 * The legs of each node: between its own two canaries, so that no other node can spoil them, and with the open one of the next node, so that the
 * way between nodes is tried as well.
 */
export function legsOf(canaries: readonly NodeCanaries[]): Leg[] {
  return canaries.flatMap(({ node, open, guarded }, index) => {
    const next = canaries[(index + 1) % canaries.length]?.open
    const peers = next === undefined || next === open ? [open] : [open, next]
    return peers.flatMap((peer) => [
      ...between({ node, side: 'ingress' }, peer, guarded),
      ...between({ node, side: 'egress' }, guarded, peer),
    ])
  })
}

function between(place: Pick<Leg, 'node' | 'side'>, from: Probe, to: Probe): Leg[] {
  const own = new Set(from.addresses.map(familyOf))
  return to.addresses
    .map((address) => ({ ...place, from, address, family: familyOf(address) }))
    .filter(({ family }) => own.has(family))
}

export type Wanted = 'open' | 'blocked'

/** How long a step may take where plugins learn late, in milliseconds, and how often it is looked at. */
const patienceMs = 25_000
const periodMs = 50

export interface DialOptions {
  readonly timing: Timing
  readonly wanted: Wanted
  readonly signal: AbortSignal
}

/**
 * How long a dial waits in the n-th round where it must be open: short at first, because what a plugin does not know yet is silence, and longer
 * where the way itself may be slow.
 */
export function pollMs(round: number, most: number): number {
  return Math.min(most, 100 * 2 ** (round - 1))
}

/** Dials all legs until each ends as wanted, or the time is up; a hole where there is no leg. */
export async function untilWanted(
  legs: readonly (Leg | undefined)[],
  { timing, wanted, signal }: DialOptions,
): Promise<readonly (Reason | undefined)[]> {
  const { allowed, canaryMs, policies } = timing
  const once = Math.ceil(allowed.deadlineMs / allowed.attempts)
  if (policies === 'at-once') {
    const whole = { deadlineMs: wanted === 'blocked' ? canaryMs : once, signal }
    const saw = await dialLegs(legs, whole)
    return isAll(saw, legs, wanted) || signal.aborted ? saw : dialLegs(legs, whole)
  }
  let end: number | undefined
  for (let round = 1; ; round++) {
    const saw = await dialLegs(legs, {
      deadlineMs: wanted === 'blocked' ? pollMs(1, canaryMs) : pollMs(round, canaryMs),
      signal,
    })
    // The first round waits until the canaries can be asked at all.
    end ??= performance.now() + patienceMs
    const isWanted = isAll(saw, legs, wanted)
    if (isWanted && wanted === 'open') return saw
    // What is silent for an instant may only be slow.
    const sure = isWanted ? await dialLegs(legs, { deadlineMs: canaryMs, signal }) : saw
    if (isAll(sure, legs, wanted) || performance.now() > end || signal.aborted) return sure
    await pause(periodMs, signal)
  }
}

function isAll(saw: readonly (Reason | undefined)[], legs: readonly (Leg | undefined)[], wanted: Wanted): boolean {
  return legs.every((leg, index) => leg === undefined || seenAs(saw[index], wanted))
}

/** A refusal is a block here: the step before showed that the same listener answers. */
export function seenAs(saw: Reason | undefined, wanted: Wanted): boolean {
  const seen = layer4Of(saw ?? 'not_run')
  return wanted === 'open' ? seen === 'open' : seen === 'blocked' || seen === 'refused'
}

/** The reason that each leg's connection ended with, in order. */
async function dialLegs(
  legs: readonly (Leg | undefined)[],
  { deadlineMs, signal }: { readonly deadlineMs: number; readonly signal: AbortSignal },
) {
  const reasons: (Reason | undefined)[] = legs.map(() => undefined)
  const dialled = [...legs.entries()].flatMap(([index, leg]) => (leg === undefined ? [] : [{ index, leg }]))
  const bySource = Map.groupBy(dialled, ({ leg }) => leg.from)
  await Promise.all(
    [...bySource].map(async ([probe, own]) => {
      const checks = own.map(({ index, leg }) =>
        checkSchemas.tcp.parse({ kind: 'tcp', id: String(index), host: leg.address, port: canaryPort, deadlineMs }),
      )
      for await (const { id, outcome } of probe.run(checks, signal)) reasons[Number(id)] = outcome.reason
    }),
  )
  return reasons
}
