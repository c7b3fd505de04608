import type { Fabric } from '../../fabric.ts'
import { type ManifestObject, titleOf } from '../../manifests/object.ts'
import { type ClusterOptions, openCluster } from '../open.ts'
import { notRehearsed } from './changes.ts'
import { clusterDnsObjects } from './cluster-dns.ts'

export interface Rehearsal {
  readonly fabric: Fabric
  /** What of the manifests was left out, as `Kind namespace/name`. */
  readonly left: readonly string[]
}

/**
 * A scenario's manifests on a cluster, every image replaced by Crosscheck's listener, in namespaces that do not exist yet (created, and removed when the
 * fabric is disposed of). Objects that describe the cluster's own DNS are left out. Rejects with `RefusedChange` where one exists, with the reason where
 * a pod does not become ready; nothing is left then.
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
      // Why nothing was rehearsed comes first: what is left goes by itself.
      throw new Error(`${error instanceof Error ? error.message : String(error)}; then: ${late.message}`, {
        cause: error,
      })
    })
    throw error
  }
}
