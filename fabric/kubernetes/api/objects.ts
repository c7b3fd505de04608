import type { Manifest } from '../../fabric.ts'
import { isStatus } from './api-error.ts'
import type { Client } from './client.ts'
import { createPages } from './pages.ts'
import { allBut, createReader, limitYoungHeap, type Shape } from './partial-json/reader.ts'
import { pathOf, type Resource } from './resources.ts'

/** An object as the API server returns it. Only the fields that we read have types. */
export interface LiveObject {
  readonly apiVersion?: string
  readonly kind?: string
  readonly metadata: Metadata
  readonly spec?: Readonly<Record<string, unknown>>
  readonly status?: Readonly<Record<string, unknown>>
}

export interface Metadata {
  readonly name: string
  readonly namespace?: string
  readonly uid?: string
  readonly resourceVersion?: string
  readonly generation?: number
  readonly creationTimestamp?: string
  readonly deletionTimestamp?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly ownerReferences?: readonly {
    readonly kind: string
    readonly name: string
    readonly uid: string
    readonly controller?: boolean
  }[]
  readonly managedFields?: readonly {
    readonly manager?: string
    /** RFC 3339. */
    readonly time?: string
    readonly subresource?: string
    readonly fieldsV1?: unknown
  }[]
}

const fieldManager = 'crosscheck'
const pageSize = 500
const listTries = 3

/** Identifies an object by resource, namespace (absent for cluster-scoped kinds) and name. */
export interface Address {
  readonly resource: Resource
  readonly namespace?: string | undefined
  readonly name: string
}

/** `Kind namespace/name`, the form that reports and messages use. */
export function titleOf({ resource, namespace, name }: Address): string {
  return `${resource.kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`
}

/**
 * Server-side apply as field manager `crosscheck`. `force` takes over fields of other managers. Rejects with the
 * server's error, verbatim.
 */
export async function applyObject(
  client: Client,
  at: Address,
  object: Manifest,
  signal: AbortSignal,
): Promise<LiveObject> {
  const path = `${pathOf(at.resource, at.namespace, at.name)}?fieldManager=${fieldManager}&force=true`
  const contentType = 'application/apply-patch+yaml'
  return (await client.send({ method: 'PATCH', path, body: object, contentType }, signal)) as LiveObject
}

/** Applies the object as a dry run: admission, quotas and webhooks can reject it, and nothing is stored. */
export async function tryObject(client: Client, at: Address, object: Manifest, signal: AbortSignal): Promise<void> {
  const path = `${pathOf(at.resource, at.namespace, at.name)}?fieldManager=${fieldManager}&force=true&dryRun=All`
  await client.send({ method: 'PATCH', path, body: object, contentType: 'application/apply-patch+yaml' }, signal)
}

/** Reads an object; undefined when it does not exist. */
export async function getObject(client: Client, at: Address, signal: AbortSignal): Promise<LiveObject | undefined> {
  try {
    return (await client.send(
      { method: 'GET', path: pathOf(at.resource, at.namespace, at.name) },
      signal,
    )) as LiveObject
  } catch (error) {
    if (isStatus(error, 404)) return undefined
    throw error
  }
}

export interface ListOptions {
  /** All namespaces when absent. */
  readonly namespace?: string | undefined
  readonly labelSelector?: string
  readonly fieldSelector?: string
}

interface Listing<T> extends ListOptions {
  readonly resource: Resource
  readonly keep?: (object: LiveObject) => T
  /** Which fields of each object to read; all when absent. */
  readonly shape?: Shape
}

/**
 * Lists all objects of a kind in pages. `keep` runs page by page, so that a large cluster is never in memory as a
 * whole. When the continue token expires (410, API concepts, "retrieving large results sets in chunks"), the list
 * starts again.
 */
export async function listObjects<T = LiveObject>(
  client: Client,
  listing: Listing<T>,
  signal: AbortSignal,
): Promise<T[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await listPages(client, listing, signal)
    } catch (error) {
      if (!isStatus(error, 410) || attempt === listTries) throw error
    }
  }
}

async function listPages<T>(
  client: Client,
  { resource, keep, shape, ...options }: Listing<T>,
  signal: AbortSignal,
): Promise<T[]> {
  const found: T[] = []
  const path = pathOf(resource, options.namespace)
  const readPage = createReader(shape === undefined ? 'all' : allBut({ items: shape }))
  const query = new URLSearchParams({ limit: String(pageSize) })
  for (const key of ['labelSelector', 'fieldSelector'] as const) {
    const value = options[key]
    if (value !== undefined) query.set(key, value)
  }
  const pages = createPages((from, reception) => {
    if (from !== undefined) {
      limitYoungHeap()
      query.set('continue', from)
    }
    return client.fetch(`${path}?${query.toString()}`, signal, reception)
  })
  for (let next: string | undefined; ; ) {
    const page = readPage(await pages.next(next), `GET ${path}`) as ListPage
    for (const item of page.items ?? []) found.push(keep === undefined ? (item as T) : keep(item))
    next = page.metadata?.continue
    if (!next) return found
  }
}

interface ListPage {
  readonly items?: readonly LiveObject[]
  readonly metadata?: { readonly continue?: string }
}

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number
  /** Delete the object only if it still has this UID. */
  readonly uid?: string | undefined
  /** `Foreground` keeps the object until its dependents are deleted. `Background` when absent. */
  readonly propagationPolicy?: 'Background' | 'Foreground'
}

/**
 * Deletes an object and its dependents. An object that does not exist is no error. Returns true when the object is
 * gone, false when it may still wait for its grace period or a finalizer.
 */
export async function deleteObject(
  client: Client,
  at: Address,
  options: DeleteOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const { uid, ...rest } = options
  const body = { propagationPolicy: 'Background', ...rest, ...(uid === undefined ? {} : { preconditions: { uid } }) }
  try {
    const answer = await client.send(
      { method: 'DELETE', path: pathOf(at.resource, at.namespace, at.name), body },
      signal,
    )
    return (answer as { kind?: string }).kind === 'Status'
  } catch (error) {
    if (!isStatus(error, 404, 409)) throw error
    return error.status === 404
  }
}
