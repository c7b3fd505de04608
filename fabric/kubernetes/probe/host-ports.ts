import type { Cluster } from '../cluster.ts'

/** Control ports of probes that share a network with others: below the ephemeral ports, chosen by the run. */
const first = 28_200
const count = 1_800

/** The port of the one probe of a run in a pod's own network; runs that enter the same pod must not meet on one. */
export function controlPortOf(runId: string): number {
  return first + (Number.parseInt(runId.slice(0, 6), 16) % count)
}

/** The port of the next probe of the run on a node's network, another one each time. */
export function nextHostPort({ run, hostPorts }: Pick<Cluster, 'run' | 'hostPorts'>, node: string): number {
  const given = hostPorts.get(node) ?? 0
  hostPorts.set(node, given + 1)
  return first + ((controlPortOf(run.id) - first + given) % count)
}
