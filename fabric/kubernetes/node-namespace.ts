import { ownedLabel } from '../owned.ts'
import type { Changes } from './change/changes.ts'
import type { Cluster } from './cluster.ts'

/** The label that lets a namespace run pods on the host network (Kubernetes docs, "Pod Security Admission"). */
const podSecurity = 'pod-security.kubernetes.io/enforce'

/**
 * The namespace for probes on node networks: the one that was given to the run, or else one that the run creates and
 * removes.
 */
export async function nodeNamespace(
  { run, residentCanary }: Pick<Cluster, 'run' | 'residentCanary'>,
  changes: Changes,
  signal: AbortSignal,
): Promise<string> {
  if (residentCanary !== undefined && !residentCanary.standing) return residentCanary.namespace
  const name = `crosscheck-nodes-${run.id}`
  const labels = { [ownedLabel]: 'true', [podSecurity]: 'privileged' }
  await changes.change(
    { kind: 'apply', objects: [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }] },
    signal,
  )
  return name
}
