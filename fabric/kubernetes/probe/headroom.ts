import type { Client } from '../api/client.ts'
import type { LiveObject } from '../api/objects.ts'
import { amountOf } from '../api/quantity.ts'

/** Memory that must be free below the pod's limit for a probe inside the pod, in MiB. */
export const neededMiB = 128
const MiB = 2 ** 20

/**
 * Free memory below a pod's limit, in MiB. Infinity if a container has no limit (then the pod has none), NaN if the use
 * is unknown. Use comes from the metrics API (metrics.k8s.io), which not every cluster has.
 */
export async function headroomOf(client: Client, { metadata, spec }: LiveObject, signal: AbortSignal): Promise<number> {
  const containers = (spec?.['containers'] ?? []) as readonly { resources?: { limits?: Record<string, string> } }[]
  const limits = containers.map(({ resources }) => resources?.limits?.['memory'])
  if (limits.includes(undefined)) return Number.POSITIVE_INFINITY
  const path = `/apis/metrics.k8s.io/v1beta1/namespaces/${metadata.namespace}/pods/${metadata.name}`
  const metrics = (await client.send({ method: 'GET', path }, signal).catch(() => undefined)) as Metrics | undefined
  if (metrics?.containers === undefined) return Number.NaN
  const used = metrics.containers.map(({ usage }) => amountOf(usage?.memory ?? ''))
  return (sum(limits.map((limit) => amountOf(limit ?? ''))) - sum(used)) / MiB
}

interface Metrics {
  readonly containers?: readonly { readonly usage?: { readonly memory?: string } }[]
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0)
}
