import { checkSchemas } from '../../checks/check.ts'
import { layer4Of } from '../../checks/layer4.ts'
import { pause } from '../../checks/pause.ts'
import type { Fabric, Probe } from '../../fabric/fabric.ts'
import { isolatingPolicies, policyNames } from '../../fabric/isolation.ts'
import type { World } from '../../fabric/world.ts'
import type { Changed } from '../observe/probes.ts'
import { familyOf, type SourceKey } from '../plan/planned-check.ts'
import type { Canary } from './canary.ts'
import { pollMs } from './canary-connections.ts'
import { canaryPort } from './canary-objects.ts'
import type { ControlResult } from './controls.ts'

/** How long to wait for propagation to a fresh pod if nothing can show it, in milliseconds (docs/verdicts.md#when-a-block-counts). */
const blindMs = 5_000
/** After this time, in milliseconds, a fresh source that policies do not know yet is given up. */
const patienceMs = 30_000
const periodMs = 50

export interface PropagationOptions {
  readonly fabric: Fabric
  readonly world: World
  readonly canary: Canary
  /** The step's change just before. Its pods and labels get time to propagate, because nothing shows that every node knows a target. */
  readonly changed?: Changed | undefined
  readonly now: () => number
  readonly signal: AbortSignal
}

/** Waits until the policies of every node know each fresh source: until a listener that allows exactly the source's labels accepts its connection. */
export async function awaitPropagation(
  probes: ReadonlyMap<SourceKey, Probe>,
  options: PropagationOptions,
): Promise<ReadonlyMap<SourceKey, ControlResult>> {
  const { fabric, changed, now, signal } = options
  const isBlind = changed !== undefined && !(changed.policiesAlone && changed.isShown)
  if (isBlind && fabric.timing.policies === 'eventually') await pause(changed.at + blindMs - now(), signal)
  const fresh = [...probes].filter(([, probe]) => probe.bornAt !== undefined)
  const entries = fresh.map(async ([key, probe]) => [key, await known(probe, options)] as const)
  return new Map(await Promise.all(entries))
}

async function known(probe: Probe, options: PropagationOptions): Promise<ControlResult> {
  const { fabric, world, now, signal } = options
  if (fabric.timing.policies === 'at-once')
    return { shown: true, kind: 'canary', sentence: 'policies know a fresh pod at once here' }
  const isolating = probe.pod === undefined ? [] : isolatingPolicies(probe.pod, 'egress', world)
  if (isolating.length > 0) {
    await pause((probe.bornAt ?? 0) + blindMs - now(), signal)
    const sentence = `its egress policy ${policyNames(isolating)} forbids the canary, so policies were given ${blindMs / 1000} s to learn of it`
    return { shown: true, kind: 'egress-policy', sentence }
  }
  const end = (probe.bornAt ?? 0) + patienceMs
  for (let round = 1; ; round++) {
    const deaf = await notYet(probe, pollMs(round, fabric.timing.canaryMs), options)
    if (deaf.length === 0) {
      const sentence = `policies know the source (canary, ${((now() - (probe.bornAt ?? 0)) / 1000).toFixed(1)} s after its address)`
      return { shown: true, kind: 'canary', sentence }
    }
    if (now() > end || signal.aborted)
      return {
        shown: false,
        kind: 'canary',
        sentence: `policies have not learnt of the source in time (${deaf.join(', ')})`,
      }
    await pause(periodMs, signal)
  }
}

/** The guarded listeners that do not accept the source's connections yet. */
async function notYet(probe: Probe, deadlineMs: number, { canary, signal }: PropagationOptions): Promise<string[]> {
  const families = new Set(probe.addresses.map(familyOf))
  const hosts = [...canary.guarded.values()]
    .flatMap(({ addresses }) => addresses)
    .filter((address) => families.has(familyOf(address)))
  const checks = hosts.map((host) =>
    checkSchemas.tcp.parse({ kind: 'tcp', id: host, host, port: canaryPort, deadlineMs }),
  )
  const deaf = new Set(hosts)
  for await (const { id, outcome } of probe.run(checks, signal))
    if (layer4Of(outcome.reason) === 'open') deaf.delete(id)
  return [...deaf]
}
