import type { Fabric } from '../../fabric.ts'
import { type ManifestObject, titleOf } from '../../manifests/object.ts'
import { type ClusterOptions, openCluster } from '../open.ts'
import { notRehearsed } from './changes.ts'
import { clusterDnsObjects } from './cluster-dns.ts'

export interface Rehearsal {
  readonly fabric: Fabric
  /** Objects of the manifests that were left out, as `Kind namespace/name`. */
  readonly left: readonly string[]
}

/**
 * Applies a scenario's manifests to a cluster, with Crosscheck's listener as every image, in namespaces that do not
 * exist yet. Disposing of the fabric removes these namespaces. Objects that describe the cluster's DNS are left out.
 * Rejects with `RefusedChange` if a namespace exists, and with the reason if a pod does not become ready; both leave
 * nothing behind.
 */
export async function openRehearsal(
  options: ClusterOptions,
  objects: readonly ManifestObject[],
  signal: AbortSignal,
): Promise<Rehearsal> {
  const fabric = await openCluster(options, signal)
  try {
    const dns = await clusterDnsObjects(objects, () => fabric.world(signal))
    const rehearsed = objects.filter((object) => !dns.includes(object))
    const values = rehearsed.map(({ value }) => value)
    await fabric.permit?.({ identities: [], objects: values }, signal)
    await fabric.apply({ kind: 'apply', objects: values }, signal)
    const description = `${fabric.description}, rehearsed: every image is Crosscheck's listener`
    return { fabric: { ...fabric, description }, left: [...dns.map(titleOf), ...notRehearsed(rehearsed)] }
  } catch (error) {
    await fabric[Symbol.asyncDispose]().catch((late: Error) => {
      // The reason for the failure comes first; the remaining objects are removed by the cluster.
      throw new Error(`${error instanceof Error ? error.message : String(error)}; then: ${late.message}`, {
        cause: error,
      })
    })
    throw error
  }
}
