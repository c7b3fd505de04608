import { checkSchemas } from '../../checks/check.ts'
import type { Reason } from '../../checks/outcome.ts'
import type { Family } from '../../checks/vantage.ts'
import type { Fabric, Probe } from '../../fabric/fabric.ts'
import type { Pod } from '../../fabric/world.ts'
import { layer4Of } from '../judge/evidence.ts'
import { familyOf } from '../plan/dial.ts'
import {
  type Admitted,
  type CanaryRole,
  canaryName,
  canaryNamespace,
  canaryNamespaceObject,
  canaryPods,
  canaryPolicies,
  canaryPort,
} from './canary-objects.ts'

export interface CanaryStep {
  readonly step: 'before' | 'deny' | 'admit'
  readonly wanted: 'open' | 'blocked'
  readonly saw: Reason
  readonly ok: boolean
}

/** What the canary showed for one node and family: policies bite on both sides and let go again. */
export interface CanaryResult {
  readonly node: string
  readonly family: Family
  readonly side: 'ingress' | 'egress'
  readonly steps: readonly CanaryStep[]
  readonly ok: boolean
}

export interface Canary {
  readonly results: readonly CanaryResult[]
  /** The listener on each node that no policy selects: what sources dial to show that they live. */
  readonly listeners: ReadonlyMap<string, Pod>
  /** The listener on each node that admits exactly the canary and the fresh sources. */
  readonly guarded: ReadonlyMap<string, Pod>
}

export interface CanaryOptions {
  readonly nodes: readonly string[]
  /** Fresh sources, which the third step admits by name, so that each can show that policies know it. */
  readonly admitted: readonly Admitted[]
  readonly signal: AbortSignal
}

/** One throw-away path per node, family and side: reached before any policy, cut off under deny-all, reached again under an exact rule. */
export async function raiseCanary(fabric: Fabric, { nodes, admitted, signal }: CanaryOptions): Promise<Canary> {
  await fabric.apply({ kind: 'apply', objects: [canaryNamespaceObject(), ...canaryPods(nodes)] }, signal)
  const world = await fabric.world(signal)
  const podOf = (role: CanaryRole, index: number): Pod => {
    const name = canaryName(role, index)
    const pod = world.pods.find((each) => each.namespace === canaryNamespace && each.name === name)
    if (pod === undefined) throw new Error(`the canary ${name} did not come up`)
    return pod
  }
  const sides = nodes.flatMap((node, index) => [
    { node, side: 'ingress' as const, from: podOf('open', 0), to: podOf('guarded', index) },
    { node, side: 'egress' as const, from: podOf('bound', index), to: podOf('open', 0) },
  ])
  const legs = sides.flatMap((side) =>
    side.to.addresses
      .filter((address) => side.from.addresses.some((own) => familyOf(own) === familyOf(address)))
      .map((address) => ({ ...side, address, family: familyOf(address) })),
  )
  const before = await untilWanted(fabric, legs, { wanted: 'open', signal })
  // A leg that was not reached without policies shows nothing with them.
  const use = legs.map((leg, index) => (seenAs(before[index], 'open') ? leg : undefined))
  await fabric.apply({ kind: 'apply', objects: canaryPolicies('deny') }, signal)
  const deny = await untilWanted(fabric, use, { wanted: 'blocked', signal })
  await fabric.apply({ kind: 'apply', objects: canaryPolicies('admit', admitted) }, signal)
  const admit = await untilWanted(fabric, use, { wanted: 'open', signal })
  const results = legs.map((leg, index): CanaryResult => {
    const stepOf = (step: CanaryStep['step'], wanted: Wanted, saw: Reason = 'not_run'): CanaryStep => ({
      ...{ step, wanted, saw },
      ok: seenAs(saw, wanted),
    })
    const steps = [
      stepOf('before', 'open', before[index]),
      stepOf('deny', 'blocked', deny[index]),
      stepOf('admit', 'open', admit[index]),
    ]
    return {
      node: leg.node,
      family: leg.family,
      side: leg.side,
      steps,
      ok: steps.every((each) => each.ok),
    }
  })
  return {
    results,
    listeners: new Map(nodes.map((node, index) => [node, podOf('open', index)])),
    guarded: new Map(nodes.map((node, index) => [node, podOf('guarded', index)])),
  }
}

type Wanted = 'open' | 'blocked'

/** Rounds that a step may take: one repetition where policies are in force at once, patience where plugins learn late. */
const rounds = { 'at-once': 2, eventually: 50 } as const

/** Dials all legs until each ends as wanted, or the rounds are used up; a hole where there is no leg. */
async function untilWanted(
  fabric: Fabric,
  legs: readonly (Leg | undefined)[],
  { wanted, signal }: { wanted: Wanted; signal: AbortSignal },
) {
  const { timing } = fabric
  const { deadlineMs: patient, attempts } = timing.allowed
  const deadlineMs =
    wanted === 'blocked' || timing.policies === 'eventually' ? timing.canaryMs : Math.ceil(patient / attempts)
  let saw: Reason[] = []
  for (let round = 0; round < rounds[timing.policies] && !signal.aborted; round++) {
    saw = await dialLegs(fabric, legs, { deadlineMs, signal })
    if (legs.every((leg, index) => leg === undefined || seenAs(saw[index], wanted))) break
  }
  return saw
}

/** A refusal is a block here: the step before showed that the same listener answers. */
function seenAs(saw: Reason | undefined, wanted: Wanted): boolean {
  const seen = layer4Of(saw ?? 'not_run')
  return wanted === 'open' ? seen === 'open' : seen === 'blocked' || seen === 'refused'
}

interface Leg {
  readonly from: Pod
  readonly address: string
}

/** The reason that each leg's connection ended with, in order. */
async function dialLegs(
  fabric: Fabric,
  legs: readonly (Leg | undefined)[],
  { deadlineMs, signal }: { deadlineMs: number; signal: AbortSignal },
) {
  const reasons: Reason[] = []
  const dialled = [...legs.entries()].flatMap(([index, leg]) => (leg === undefined ? [] : [{ index, leg }]))
  const bySource = Map.groupBy(dialled, ({ leg }) => leg.from)
  await Promise.all(
    [...bySource].map(async ([pod, own]) => {
      const probe = await canaryProbe(fabric, pod, signal)
      const checks = own.map(({ index, leg }) =>
        checkSchemas.tcp.parse({ kind: 'tcp', id: String(index), host: leg.address, port: canaryPort, deadlineMs }),
      )
      for await (const { id, outcome } of probe.run(checks, signal)) reasons[Number(id)] = outcome.reason
    }),
  )
  return reasons
}

async function canaryProbe(fabric: Fabric, pod: Pod, signal: AbortSignal): Promise<Probe> {
  const probe = await fabric.probe({ kind: 'inside', namespace: pod.namespace, pod: pod.name }, signal)
  if ('unavailable' in probe) throw new Error(`the canary cannot be used: ${probe.unavailable}`)
  return probe
}
