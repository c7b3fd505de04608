import { isStatus } from '../api/api-error.ts'
import type { Client } from '../api/client.ts'
import { deleteObject, titleOf } from '../api/objects.ts'
import { waitUntilGone } from '../change/readiness.ts'
import { foreignObject, namespacedKinds } from './foreign.ts'
import { findLeftovers, type Leftover } from './leftovers.ts'
import { clusterTime, livingRunOf, renewals } from './live-runs.ts'

export interface CleanRequest {
  /** Restricts cleaning to these namespaces; all when empty. */
  readonly namespaces: readonly string[]
  /** Also remove objects of runs that are alive. */
  readonly all: boolean
  readonly dryRun: boolean
  /** Milliseconds since the epoch, used if the API server's time is unknown. */
  readonly now: () => number
}

export interface Cleaned {
  /** As `Kind namespace/name`; on a dry run, what would be removed. */
  readonly removed: readonly string[]
  /** Runs that may be alive, their age since the last renewal (milliseconds), and their objects that were kept. */
  readonly living: readonly { readonly run: string; readonly agoMs: number; readonly objects: readonly string[] }[]
  /** Objects that remain although no run needs them, each with a reason. */
  readonly kept: readonly string[]
  /** What could not be read or removed, with the API server's message. */
  readonly refused: readonly string[]
}

/**
 * Deletes objects that have the owned label and that no live run renews, and waits until they are gone. Never deletes
 * an object without the label: a namespace with other objects stays.
 */
export async function cleanCluster(client: Client, request: CleanRequest, signal: AbortSignal): Promise<Cleaned> {
  const { namespaces, all, dryRun, now } = request
  const [{ found, unread }, time] = await Promise.all([
    findLeftovers(client, namespaces, signal),
    clusterTime(client, now, signal),
  ])
  const renewed = renewals(
    found.map(({ live }) => live),
    time,
  )
  const runOf = ({ live }: Leftover) => (all ? undefined : livingRunOf(live, renewed, time))
  const [used, dead] = [found.filter((each) => runOf(each) !== undefined), found.filter((each) => !runOf(each))]
  const [spaces, objects] = [dead.filter(isNamespace), dead.filter((each) => !isNamespace(each))]
  const refused = [...unread]
  const removed = dryRun ? objects : await remove(client, objects, refused, signal)
  const { empty, kept } = await emptyOnes(client, spaces, refused, signal)
  const freed = dryRun ? empty : await remove(client, empty, refused, signal)
  const groups = Map.groupBy(used, (each) => runOf(each)!)
  return {
    removed: [...removed, ...freed].map(({ at }) => titleOf(at)),
    living: [...groups].map(([run, of]) => ({
      run,
      agoMs: renewed.get(run) ?? 0,
      objects: of.map(({ at }) => titleOf(at)),
    })),
    kept,
    refused,
  }
}

function isNamespace({ at }: Leftover): boolean {
  return at.resource.kind === 'Namespace'
}

/** Deletes all objects concurrently, each only if its UID still matches. Returns the deleted ones. */
async function remove(client: Client, objects: readonly Leftover[], refused: string[], signal: AbortSignal) {
  const gone = await Promise.all(
    objects.map(async ({ at, live }) => {
      try {
        await deleteObject(client, at, { uid: live.metadata.uid, gracePeriodSeconds: 1 }, signal)
        return true
      } catch (error) {
        if (!isStatus(error, 401, 403)) throw error
        refused.push(error.message)
        return false
      }
    }),
  )
  const removed = objects.filter((_, index) => gone[index])
  await waitUntilGone(
    client,
    removed.map(({ at }) => at),
    signal,
  )
  return removed
}

/** Namespaces that contain only Crosscheck's objects. */
async function emptyOnes(client: Client, spaces: readonly Leftover[], refused: string[], signal: AbortSignal) {
  const kept: string[] = []
  const kinds = spaces.length === 0 ? [] : await namespacedKinds(client, signal)
  const empty = await Promise.all(
    spaces.map(async ({ at }) => {
      try {
        const foreign = await foreignObject(client, kinds, at.name, signal)
        if (foreign !== undefined) kept.push(`${titleOf(at)} holds what Crosscheck did not make: ${foreign}`)
        return foreign === undefined
      } catch (error) {
        if (!isStatus(error, 401, 403)) throw error
        refused.push(`${titleOf(at)} is left, because not all that is in it may be seen: ${error.message}`)
        return false
      }
    }),
  )
  return { empty: spaces.filter((_, index) => empty[index]), kept }
}
