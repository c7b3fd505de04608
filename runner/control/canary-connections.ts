import { checkSchemas } from '../../checks/check.ts'
import { layer4Of } from '../../checks/layer4.ts'
import type { Reason } from '../../checks/outcome.ts'
import { pause } from '../../checks/pause.ts'
import type { Family } from '../../checks/vantage.ts'
import type { Probe, Timing } from '../../fabric/fabric.ts'
import { familyOf } from '../plan/planned-check.ts'
import { canaryPort } from './canary-objects.ts'

/** The two canary pods of a node, with a probe inside each. */
export interface NodeCanaries {
  readonly node: string
  readonly open: Probe
  readonly guarded: Probe
}

/** One connection between an open and a guarded canary. It tests the guarded canary's policies of that side. */
export interface CanaryConnection {
  readonly node: string
  readonly side: 'ingress' | 'egress'
  readonly family: Family
  readonly from: Probe
  readonly address: string
}

/**
 * The connections of each node: between its two canaries, so that they depend on no other node, and with the open canary of the next node, so that
 * traffic between nodes is tested too.
 */
export function canaryConnectionsOf(canaries: readonly NodeCanaries[]): CanaryConnection[] {
  return canaries.flatMap(({ node, open, guarded }, index) => {
    const next = canaries[(index + 1) % canaries.length]?.open
    const peers = next === undefined || next === open ? [open] : [open, next]
    return peers.flatMap((peer) => [
      ...between({ node, side: 'ingress' }, peer, guarded),
      ...between({ node, side: 'egress' }, guarded, peer),
    ])
  })
}

function between(place: Pick<CanaryConnection, 'node' | 'side'>, from: Probe, to: Probe): CanaryConnection[] {
  const own = new Set(from.addresses.map(familyOf))
  return to.addresses
    .map((address) => ({ ...place, from, address, family: familyOf(address) }))
    .filter(({ family }) => own.has(family))
}

export type Wanted = 'open' | 'blocked'

/** The time limit of a step if plugins apply policies late, and the polling interval, in milliseconds. */
const patienceMs = 25_000
const periodMs = 50

export interface ConnectOptions {
  readonly timing: Timing
  readonly wanted: Wanted
  readonly signal: AbortSignal
}

/**
 * The deadline of a connection in the n-th round of a step that waits for success, in milliseconds. It is short at first, because before the plugin
 * knows the pods there is no response, and grows because the network may be slow.
 */
export function pollMs(round: number, most: number): number {
  return Math.min(most, 100 * 2 ** (round - 1))
}

/** Opens all connections repeatedly until each has the wanted result or the time is up. The result has undefined for each undefined connection. */
export async function untilWanted(
  canaryConnections: readonly (CanaryConnection | undefined)[],
  { timing, wanted, signal }: ConnectOptions,
): Promise<readonly (Reason | undefined)[]> {
  const { allowed, canaryMs, policies } = timing
  const once = Math.ceil(allowed.deadlineMs / allowed.attempts)
  if (policies === 'at-once') {
    const whole = { deadlineMs: wanted === 'blocked' ? canaryMs : once, signal }
    const saw = await openConnections(canaryConnections, whole)
    return isAll(saw, canaryConnections, wanted) || signal.aborted ? saw : openConnections(canaryConnections, whole)
  }
  let end: number | undefined
  for (let round = 1; ; round++) {
    const saw = await openConnections(canaryConnections, {
      deadlineMs: wanted === 'blocked' ? pollMs(1, canaryMs) : pollMs(round, canaryMs),
      signal,
    })
    // The time limit starts after the first round, which waits until the canaries accept checks.
    end ??= performance.now() + patienceMs
    const isWanted = isAll(saw, canaryConnections, wanted)
    if (isWanted && wanted === 'open') return saw
    // A short timeout may only mean a slow network, so check again with the full deadline.
    const sure = isWanted ? await openConnections(canaryConnections, { deadlineMs: canaryMs, signal }) : saw
    if (isAll(sure, canaryConnections, wanted) || performance.now() > end || signal.aborted) return sure
    await pause(periodMs, signal)
  }
}

function isAll(
  saw: readonly (Reason | undefined)[],
  canaryConnections: readonly (CanaryConnection | undefined)[],
  wanted: Wanted,
): boolean {
  return canaryConnections.every(
    (canaryConnection, index) => canaryConnection === undefined || seenAs(saw[index], wanted),
  )
}

/** Whether the reason is the wanted result. A refusal counts as blocked here, because the step before showed that this listener answers. */
export function seenAs(saw: Reason | undefined, wanted: Wanted): boolean {
  const seen = layer4Of(saw ?? 'not_run')
  return wanted === 'open' ? seen === 'open' : seen === 'blocked' || seen === 'refused'
}

/** The result of each connection, in order. */
async function openConnections(
  canaryConnections: readonly (CanaryConnection | undefined)[],
  { deadlineMs, signal }: { readonly deadlineMs: number; readonly signal: AbortSignal },
) {
  const reasons: (Reason | undefined)[] = canaryConnections.map(() => undefined)
  const connected = [...canaryConnections.entries()].flatMap(([index, canaryConnection]) =>
    canaryConnection === undefined ? [] : [{ index, canaryConnection }],
  )
  const bySource = Map.groupBy(connected, ({ canaryConnection }) => canaryConnection.from)
  await Promise.all(
    [...bySource].map(async ([probe, own]) => {
      const checks = own.map(({ index, canaryConnection }) =>
        checkSchemas.tcp.parse({
          kind: 'tcp',
          id: String(index),
          host: canaryConnection.address,
          port: canaryPort,
          deadlineMs,
        }),
      )
      for await (const { id, outcome } of probe.run(checks, signal)) reasons[Number(id)] = outcome.reason
    }),
  )
  return reasons
}
