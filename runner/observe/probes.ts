import type { Fabric, Probe, Unavailable } from '../../fabric/fabric.ts'
import type { World } from '../../fabric/world.ts'
import type { SourceKey } from '../plan/dial.ts'
import type { PlannedSource } from '../plan/sources.ts'

/** Who can ask, and why others cannot. */
export interface Probes {
  readonly ready: ReadonlyMap<SourceKey, Probe>
  readonly unavailable: ReadonlyMap<SourceKey, string>
}

export const noProbes: Probes = { ready: new Map(), unavailable: new Map() }

export interface ProbeOptions {
  readonly fabric: Fabric
  readonly world: World
  /** Probes of the stage before, kept while their pod is still there. */
  readonly known: Probes
  readonly signal: AbortSignal
}

/** Opens a probe for each source, all at once. */
export async function openProbes(sources: readonly PlannedSource[], options: ProbeOptions): Promise<Probes> {
  const { fabric, world, known, signal } = options
  const pods = new Set(world.pods.map(({ uid }) => uid))
  const ready = new Map<SourceKey, Probe>()
  const unavailable = new Map<SourceKey, string>()
  const unique = new Map(sources.map((source) => [source.key, source]))
  await Promise.all(
    [...unique.values()].map(async ({ key, identity }) => {
      const before = known.ready.get(key)
      const kept = before !== undefined && (before.pod === undefined || pods.has(before.pod.uid))
      const probe: Probe | Unavailable = kept ? before : await fabric.probe(identity, signal)
      if ('unavailable' in probe) unavailable.set(key, probe.unavailable)
      else ready.set(key, probe)
    }),
  )
  return { ready, unavailable }
}
