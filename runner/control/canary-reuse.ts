import type { Fabric, Probe } from '../../fabric/fabric.ts'
import type { SourceKey } from '../plan/planned-check.ts'
import { type Canary, raiseCanary } from './canary.ts'
import type { Admitted } from './canary-objects.ts'

export interface CanaryRequest {
  /** Nodes of the targets. If empty, the nodes of the sources are used. */
  readonly nodes: readonly string[]
  /** The sources. They may still be starting; the canary waits for them only when it needs them. */
  readonly probes: Promise<ReadonlyMap<SourceKey, Probe>>
  readonly signal: AbortSignal
}

/** Returns a canary. It reuses the existing one unless that does not cover a node or a fresh source of the request. */
export type CanaryFor = (request: CanaryRequest) => Promise<{ readonly canary: Canary; readonly fresh: boolean }>

/** The canary of a run without connections. */
const nowhere: Canary = { results: [], listeners: new Map(), guarded: new Map(), missing: new Map() }

/** Keeps one canary per fabric. */
export function createCanary(fabric: Fabric): CanaryFor {
  let standing:
    | { readonly canary: Canary; readonly nodes: readonly string[]; readonly covers: ReadonlySet<string> }
    | undefined
  return async ({ nodes: wanted, probes, signal }) => {
    // If creating the canary fails early, nothing awaits this promise.
    probes.catch(() => undefined)
    const nodes = wanted.length > 0 ? wanted.toSorted() : nodesOf(await probes)
    const admitted = probes.then(freshOf)
    admitted.catch(() => undefined)
    if (standing !== undefined) {
      const asked = [...nodes, ...(await admitted).map(textOf)]
      if (asked.every((each) => standing?.covers.has(each))) return { canary: standing.canary, fresh: false }
    }
    // A canary's name contains the index of its node, so the existing nodes keep their positions.
    const before = standing?.nodes ?? []
    const all = [...before, ...nodes.filter((node) => !before.includes(node))]
    if (all.length === 0) return { canary: nowhere, fresh: false }
    const canary = await raiseCanary(fabric, { nodes: all, admitted, again: standing !== undefined, signal })
    standing = { canary, nodes: all, covers: new Set([...all, ...(await admitted).map(textOf)]) }
    return { canary, fresh: true }
  }
}

function nodesOf(probes: ReadonlyMap<SourceKey, Probe>): string[] {
  return [...new Set([...probes.values()].flatMap(({ node }) => node ?? []))].toSorted()
}

/** Fresh sources with the same namespace and labels are one peer. */
function freshOf(probes: ReadonlyMap<SourceKey, Probe>): Admitted[] {
  const fresh = [...probes.values()].flatMap(({ pod, bornAt }) =>
    pod === undefined || bornAt === undefined ? [] : [{ namespace: pod.namespace, labels: pod.labels }],
  )
  return [...new Map(fresh.map((each) => [textOf(each), each])).values()]
}

function textOf(admitted: Admitted): string {
  return JSON.stringify(admitted)
}
