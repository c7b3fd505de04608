import type { Client } from './client.ts'
import { type LiveObject, listObjects } from './objects.ts'
import { type Resources, usualResources } from './pod-spec.ts'
import { amountOf } from './quantity.ts'
import { resources } from './resources.ts'

type Amounts = Readonly<Record<string, string>>

interface LimitItem {
  readonly type?: string
  readonly min?: Amounts
  readonly max?: Amounts
  readonly default?: Amounts
  readonly maxLimitRequestRatio?: Amounts
}

/** What a CPU limit is where a quota demands one: enough to start in less than a second. */
const demandedCpu = '500m'

/**
 * The requests and limits with which a namespace admits a probe: within its LimitRanges, with every limit that its quotas demand. What may not be
 * read counts as absent: the API server's refusal then says what is in the way.
 */
export async function fitResources(client: Client, namespace: string, signal: AbortSignal): Promise<Resources> {
  const read = (resource: (typeof resources)['LimitRange' | 'ResourceQuota']) =>
    listObjects(client, { resource, namespace }, signal).catch(() => [])
  const [ranges, quotas] = await Promise.all([read(resources.LimitRange), read(resources.ResourceQuota)])
  return fitted(ranges, quotas)
}

/** The same from the objects; exported for its decision table. */
export function fitted(ranges: readonly LiveObject[], quotas: readonly LiveObject[]): Resources {
  const items = ranges
    .flatMap(({ spec }) => (spec?.['limits'] ?? []) as readonly LimitItem[])
    .filter(({ type }) => type === 'Container' || type === 'Pod')
  const demanded = new Set(quotas.flatMap(({ spec }) => Object.keys((spec?.['hard'] ?? {}) as Amounts)))
  const requests: Record<string, string> = { ...usualResources.requests }
  const limits: Record<string, string> = { ...usualResources.limits }
  const defaulted = items.some((item) => item.type === 'Container' && (item.default?.['cpu'] ?? item.max?.['cpu']))
  if (demanded.has('limits.cpu') && !defaulted) limits['cpu'] = demandedCpu
  for (const { min, max, maxLimitRequestRatio: ratio } of items) {
    for (const [name, least] of Object.entries(min ?? {})) {
      if (isLess(requests[name], least)) requests[name] = least
      if (isLess(limits[name], least)) limits[name] = least
    }
    for (const [name, most] of Object.entries(max ?? {})) {
      if (isLess(most, requests[name])) requests[name] = most
      if (isLess(most, limits[name])) limits[name] = most
    }
    for (const name of Object.keys(ratio ?? {})) {
      const limit = limits[name]
      if (limit !== undefined) requests[name] = limit
    }
  }
  return { requests, limits }
}

function isLess(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && amountOf(a) < amountOf(b)
}
