import type { Cluster } from '../cluster.ts'

/** Control ports of probes that share a network: below the ephemeral ports, chosen per run. */
const first = 28_200
const count = 1_800

/** The control port of a run's probe in a user's pod. Runs in the same pod must not use the same port. */
export function controlPortOf(runId: string): number {
  return first + (Number.parseInt(runId.slice(0, 6), 16) % count)
}

/** The control port of the run's next probe on a node's network, different each time. */
export function nextHostPort({ run, hostPorts }: Pick<Cluster, 'run' | 'hostPorts'>, node: string): number {
  const given = hostPorts.get(node) ?? 0
  hostPorts.set(node, given + 1)
  return first + ((controlPortOf(run.id) - first + given) % count)
}
