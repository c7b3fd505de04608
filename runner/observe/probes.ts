import type { Fabric, Probe, Unavailable } from '../../fabric/fabric.ts'
import type { Pod, World } from '../../fabric/world.ts'
import type { SourceKey } from '../plan/planned-check.ts'
import type { PlannedSource } from '../plan/planned-source.ts'

/** The probes of the sources, and why others have none. */
export interface Probes {
  readonly ready: ReadonlyMap<SourceKey, Probe>
  readonly unavailable: ReadonlyMap<SourceKey, string>
}

export const noProbes: Probes = { ready: new Map(), unavailable: new Map() }

/** A step's change: when it was made (milliseconds since the epoch), and the UIDs of all pods before it. */
export interface Changed {
  readonly at: number
  readonly before: ReadonlySet<string>
  /** No pod and no label changed, so plugins have nothing else to propagate. */
  readonly policiesAlone: boolean
  /** Packets have matched the policies since the change. */
  readonly isShown: boolean
  /** Packets did not match the policies in time. */
  readonly isLate: boolean
}

export interface ProbeOptions {
  readonly fabric: Fabric
  readonly world: World
  /** Probes of the previous stage. They are kept while their pod exists. */
  readonly known: Probes
  readonly changed?: Changed | undefined
  readonly signal: AbortSignal
}

/** Opens a probe for each source, in parallel. */
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
      // A fabric may return the probe of an earlier stage with its old pod.
      const probe = asNow(found, pods)
      ready.set(key, changed === undefined ? probe : born(probe, changed))
    }),
  )
  return { ready, unavailable }
}

/** A probe with the current state of its pod. A step may have changed the labels. */
export function asNow(probe: Probe, pods: ReadonlyMap<string, Pod>): Probe {
  const pod = probe.pod === undefined ? undefined : pods.get(probe.pod.uid)
  return pod === undefined ? probe : { ...probe, pod }
}

/** A pod that a step created is as fresh as a new probe: policies may know it late. */
function born(probe: Probe, { at, before }: Changed): Probe {
  const isNew = probe.pod !== undefined && probe.bornAt === undefined && !before.has(probe.pod.uid)
  return isNew ? { ...probe, bornAt: at } : probe
}
