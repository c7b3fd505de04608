import { ownedLabel } from '../owned.ts'
import type { Changes } from './change/changes.ts'
import type { Cluster } from './cluster.ts'

/** The label by which a namespace takes pods on the host's network (Kubernetes docs, "Pod Security Admission"). */
const podSecurity = 'pod-security.kubernetes.io/enforce'

/** Where probes on the network of nodes are: in the namespace that was lent to the run, else in one that it makes and removes. */
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
