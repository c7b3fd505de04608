import { ApiError } from '../api/api-error.ts'
import type { Client } from '../api/client.ts'
import { type LiveObject, listObjects } from '../api/objects.ts'
import { amountOf } from '../api/quantity.ts'
import { resources } from '../api/resources.ts'
import { type Resources, usualResources } from './pod-spec.ts'

type Amounts = Readonly<Record<string, string>>

interface LimitItem {
  readonly type?: string
  readonly min?: Amounts
  readonly max?: Amounts
  readonly default?: Amounts
  readonly maxLimitRequestRatio?: Amounts
}

/** The CPU limit if a quota requires one. It allows a start in less than a second. */
const demandedCpu = '500m'

/**
 * Requests and limits with which a namespace accepts a probe: within its LimitRanges, with every limit that its quotas
 * require. Objects that cannot be read count as absent; the API server's error then names the cause. Rejects like the
 * API server, but earlier, and names the exhausted quota.
 */
export async function fitResources(client: Client, namespace: string, signal: AbortSignal): Promise<Resources> {
  const read = (resource: (typeof resources)['LimitRange' | 'ResourceQuota']) =>
    listObjects(client, { resource, namespace }, signal).catch(() => [])
  const [ranges, quotas] = await Promise.all([read(resources.LimitRange), read(resources.ResourceQuota)])
  const wanted = fitted(ranges, quotas)
  const obstacle = obstacleTo(wanted, ranges, quotas)
  if (obstacle !== undefined) throw new ApiError(403, 'Forbidden', obstacle)
  return wanted
}

/** Computes the resources from the objects; exported for its decision table. */
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

/** The minimum memory of a probe (docs/reference/probe.md). */
const leastMemory = '48Mi'

/** Why the namespace rejects a probe, as a sentence; exported for its decision table. */
export function obstacleTo(
  { requests, limits }: Resources,
  ranges: readonly LiveObject[],
  quotas: readonly LiveObject[],
): string | undefined {
  if (isLess(limits['memory'], leastMemory)) {
    const names = ranges.map(({ metadata }) => metadata.name).join(', ')
    return `the LimitRange ${names} leaves it ${limits['memory']} of memory, and ${leastMemory} are needed`
  }
  const needed: Amounts = {
    pods: '1',
    'count/pods': '1',
    ...Object.fromEntries(
      Object.entries(requests).flatMap(([key, value]) => [
        [key, value],
        [`requests.${key}`, value],
      ]),
    ),
    ...Object.fromEntries(Object.entries(limits).map(([key, value]) => [`limits.${key}`, value])),
  }
  for (const { metadata, spec, status } of quotas.filter(isForAll)) {
    const used = (status?.['used'] ?? {}) as Amounts
    for (const [key, hard] of Object.entries((spec?.['hard'] ?? {}) as Amounts)) {
      const need = needed[key]
      const taken = used[key]
      if (need === undefined || taken === undefined || !(amountOf(taken) + amountOf(need) > amountOf(hard))) continue
      return `the ResourceQuota ${metadata.name} is full: ${key} ${taken} of ${hard} used, ${need} more needed`
    }
  }
  return undefined
}

/** A quota with scopes counts only some pods, and only the API server knows which. */
function isForAll({ spec }: LiveObject): boolean {
  return spec?.['scopes'] === undefined && spec?.['scopeSelector'] === undefined
}

function isLess(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && amountOf(a) < amountOf(b)
}
