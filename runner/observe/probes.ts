import type { Fabric, Probe, Unavailable } from '../../fabric/fabric.ts'
import type { Pod, World } from '../../fabric/world.ts'
import type { SourceKey } from '../plan/planned-check.ts'
import type { PlannedSource } from '../plan/planned-source.ts'

/** Who can ask, and why others cannot. */
export interface Probes {
  readonly ready: ReadonlyMap<SourceKey, Probe>
  readonly unavailable: ReadonlyMap<SourceKey, string>
}

export const noProbes: Probes = { ready: new Map(), unavailable: new Map() }

/** A step's change of the world: when it was made (milliseconds since the epoch), and the UIDs of all pods before it. */
export interface Changed {
  readonly at: number
  readonly before: ReadonlySet<string>
  /** No pod and no label changed: there is nothing else that a plugin would have to learn. */
  readonly policiesAlone: boolean
  /** Packets were seen to do what the policies say since. */
  readonly isShown: boolean
  /** They were waited for in vain. */
  readonly isLate: boolean
}

export interface ProbeOptions {
  readonly fabric: Fabric
  readonly world: World
  /** Probes of the stage before, kept while their pod is still there. */
  readonly known: Probes
  readonly changed?: Changed | undefined
  readonly signal: AbortSignal
}

/** Opens a probe for each source, all at once. */
export async function openProbes(sources: readonly PlannedSource[], options: ProbeOptions): Promise<Probes> {
  const { fabric, world, known, changed, signal } = options
  const pods = new Map(world.pods.map((pod) => [pod.uid, pod]))
  const ready = new Map<SourceKey, Probe>()
  const unavailable = new Map<SourceKey, string>()
  const unique = new Map(sources.map((source) => [source.key, source]))
  await Promise.all(
    [...unique.values()].map(async ({ key, identity }) => {
      const before = known.ready.get(key)
      const kept = before !== undefined && (before.pod === undefined || pods.has(before.pod.uid))
      const found: Probe | Unavailable = kept ? before : await fabric.probe(identity, signal)
      if ('unavailable' in found) return void unavailable.set(key, found.unavailable)
      // A fabric gives the probe of an earlier stage again, as it was then.
      const probe = asNow(found, pods)
      ready.set(key, changed === undefined ? probe : born(probe, changed))
    }),
  )
  return { ready, unavailable }
}

/** A probe with its pod as it is now: a step may have changed its labels. */
export function asNow(probe: Probe, pods: ReadonlyMap<string, Pod>): Probe {
  const pod = probe.pod === undefined ? undefined : pods.get(probe.pod.uid)
  return pod === undefined ? probe : { ...probe, pod }
}

/** A pod that a step made is as fresh as a probe's own: plugins learn of it late. */
function born(probe: Probe, { at, before }: Changed): Probe {
  const isNew = probe.pod !== undefined && probe.bornAt === undefined && !before.has(probe.pod.uid)
  return isNew ? { ...probe, bornAt: at } : probe
}
