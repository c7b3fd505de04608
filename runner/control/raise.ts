import type { Fabric, Probe } from '../../fabric/fabric.ts'
import type { Dial, SourceKey } from '../plan/dial.ts'
import { type Canary, raiseCanary } from './canary.ts'

/** A canary that can be asked for again: it is raised anew only for nodes or fresh sources that it does not cover yet. */
export type CanaryFor = (
  dials: readonly Dial[],
  probes: ReadonlyMap<SourceKey, Probe>,
  signal: AbortSignal,
) => Promise<{ readonly canary: Canary; readonly fresh: boolean }>

/** Keeps one canary per fabric. */
export function createCanary(fabric: Fabric): CanaryFor {
  let standing: { readonly canary: Canary; readonly covers: ReadonlySet<string> } | undefined
  return async (dials, probes, signal) => {
    const nodes = [
      ...new Set([...dials.flatMap(nodesOf), ...[...probes.values()].flatMap(({ node }) => node ?? [])]),
    ].toSorted()
    const admitted = [...probes.values()].flatMap(({ pod, bornAt }) =>
      pod === undefined || bornAt === undefined ? [] : [{ namespace: pod.namespace, labels: pod.labels }],
    )
    const wanted = [...nodes, ...admitted.map((each) => JSON.stringify(each))]
    if (standing !== undefined && wanted.every((each) => standing?.covers.has(each)))
      return { canary: standing.canary, fresh: false }
    const canary = await raiseCanary(fabric, { nodes, admitted, signal })
    standing = { canary, covers: new Set(wanted) }
    return { canary, fresh: true }
  }
}

function nodesOf({ aim }: Dial): string[] {
  if (aim.kind === 'pod') return [aim.pod.node]
  return aim.kind === 'node' ? [aim.node.name] : []
}
