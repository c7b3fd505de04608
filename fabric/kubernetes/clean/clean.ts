import { isStatus } from '../api/api-error.ts'
import type { Client } from '../api/client.ts'
import { deleteObject, titleOf } from '../api/objects.ts'
import { waitUntilGone } from '../change/readiness.ts'
import { foreignObject, namespacedKinds } from './foreign.ts'
import { findLeftovers, type Leftover } from './leftovers.ts'
import { clusterTime, livingRunOf, renewals } from './live-runs.ts'

export interface CleanRequest {
  /** Only these namespaces; everywhere when empty. */
  readonly namespaces: readonly string[]
  /** What a living run renews as well. */
  readonly all: boolean
  readonly dryRun: boolean
  /** Milliseconds since the epoch, where the API server does not tell. */
  readonly now: () => number
}

export interface Cleaned {
  /** As `Kind namespace/name`; on a dry run what would be removed. */
  readonly removed: readonly string[]
  /** Runs that may be alive, how long ago they said so (milliseconds), and what was left to them. */
  readonly living: readonly { readonly run: string; readonly agoMs: number; readonly objects: readonly string[] }[]
  /** What is left although no run needs it, each with its reason. */
  readonly kept: readonly string[]
  /** What could not be looked at or removed, in the API server's words. */
  readonly refused: readonly string[]
}

/**
 * Deletes what carries the owned label and no living run renews, and waits until it is gone. Nothing without the label is touched: a namespace that
 * holds something else stays.
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

/** Deletes all of them at once, each only if it is still the one that was seen; gives those that went. */
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

/** Namespaces in which nothing but ours is. */
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
