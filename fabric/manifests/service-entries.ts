import { isObject } from '../../policy/field.ts'
import { groupOf } from './kinds.ts'
import type { ManifestObject } from './object.ts'

/** Hosts of Istio's ServiceEntries, in lower case: names outside the cluster, which need no Service. */
export function serviceEntryHosts(objects: readonly ManifestObject[]): string[] {
  const entries = objects.filter(
    ({ apiVersion, kind }) => kind === 'ServiceEntry' && groupOf(apiVersion) === 'networking.istio.io',
  )
  const hosts = entries.flatMap(({ value: { spec } }): unknown[] => {
    const own = isObject(spec) ? spec['hosts'] : undefined
    return Array.isArray(own) ? own : []
  })
  return hosts.filter((host) => typeof host === 'string').map((host) => host.toLowerCase())
}
