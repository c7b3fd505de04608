import type { Identity, Manifest } from '../../fabric.ts'
import { residentLabel } from '../../owned.ts'
import type { Client } from '../api/client.ts'
import { listObjects } from '../api/objects.ts'
import { resources } from '../api/resources.ts'
import { fitResources } from '../probe/resource-limits.ts'
import { type CanaryListener, canaryObjects, canaryRights } from './canary.ts'
import { residentConflicts } from './conflicts.ts'
import { type ResidentPods, residentRights, residentWorkload, type ServiceAccountName } from './manifests.ts'
import { type ResidentSource, residentKey, residentName, residentSource, type Wanted } from './source.ts'

export interface ResidentOptions extends Omit<ResidentPods, 'resources'> {
  /** Also install probes that a budget or an autoscaler would count. */
  readonly force: boolean
  /** Namespace and listeners of the standing canary. Not installed when absent. */
  readonly canary?: { readonly namespace: string; readonly listeners: readonly CanaryListener[] }
  /** A service account that may use the probes without being an administrator. */
  readonly reader?: ServiceAccountName
}

export interface PlannedResident {
  readonly kind: 'planned'
  readonly source: ResidentSource
  readonly name: string
  readonly workload: Manifest
  /** Side effects that the user accepted. */
  readonly warnings: readonly string[]
}

/** An identity that gets no resident probe. */
export interface RefusedResident {
  readonly kind: 'refused'
  readonly title: string
  readonly why: string
}

export interface ResidentPlan {
  readonly residents: readonly PlannedResident[]
  /** The standing canary, its namespace first. */
  readonly canary: readonly Manifest[]
  /** Roles and their bindings, one of each per namespace, if a reader is given. */
  readonly rights: readonly Manifest[]
  readonly refused: readonly RefusedResident[]
}

/** Plans one resident probe for all identities that policies cannot distinguish. Creates nothing. */
export async function planResidents(
  client: Client,
  wanted: readonly Wanted[],
  options: ResidentOptions,
  signal: AbortSignal,
): Promise<ResidentPlan> {
  const found = await Promise.all(wanted.map((each) => sourceOf(client, each, options, signal)))
  const sources = firstOfEach(
    found.filter((each) => 'labels' in each),
    [residentKey, placeOf],
  )
  const planned = await Promise.all(sources.map((source) => planOne(client, source, options, signal)))
  const residents = planned.filter((each) => each.kind === 'planned')
  const refused = [...found, ...planned].filter((each): each is RefusedResident => 'why' in each)
  const { canary: standing, reader } = options
  const canary =
    standing === undefined ? [] : canaryObjects(standing.listeners, { ...options, namespace: standing.namespace })
  const rights = await rightsFor(client, residents, options, signal)
  const moved = standing === undefined || reader === undefined ? [] : canaryRights(standing.namespace, reader)
  return { residents, canary, rights: [...rights, ...moved], refused }
}

async function sourceOf(
  client: Client,
  wanted: Wanted,
  { everyNode }: ResidentOptions,
  signal: AbortSignal,
): Promise<ResidentSource | RefusedResident> {
  const source = await residentSource(client, wanted, signal)
  if (typeof source === 'string') return { kind: 'refused', title: identityTitle(wanted.identity), why: source }
  const { node: _, ...anywhere } = source
  return everyNode ? anywhere : source
}

/**
 * Removes items that share any key with an earlier one. During a rollout, pods of one workload differ but share a name.
 */
function firstOfEach<T>(items: readonly T[], keys: readonly ((item: T) => string)[]): T[] {
  return keys.reduce<T[]>(
    (left, key) => [...Map.groupBy(left, key).values()].flatMap(([first]) => (first === undefined ? [] : [first])),
    [...items],
  )
}

async function planOne(
  client: Client,
  source: ResidentSource,
  options: ResidentOptions,
  signal: AbortSignal,
): Promise<PlannedResident | RefusedResident> {
  const [conflicts, fitted] = await Promise.all([
    residentConflicts(client, source, signal),
    fitResources(client, source.namespace, signal),
  ])
  const first = conflicts.find(({ acceptable }) => !(acceptable && options.force))
  if (first !== undefined) {
    const offer = first.acceptable ? '; --force installs it all the same' : ''
    return { kind: 'refused', title: placeOf(source), why: `${first.sentence}${offer}` }
  }
  return {
    kind: 'planned',
    source,
    name: residentName(source),
    workload: residentWorkload(source, { ...options, resources: fitted }),
    warnings: conflicts.map(({ sentence }) => sentence),
  }
}

/** Roles and bindings for the reader. They also cover existing probes. */
async function rightsFor(
  client: Client,
  residents: readonly PlannedResident[],
  { everyNode, reader }: ResidentOptions,
  signal: AbortSignal,
): Promise<Manifest[]> {
  if (reader === undefined) return []
  const byNamespace = Map.groupBy(residents, ({ source }) => source.namespace)
  const all = [...byNamespace].map(async ([namespace, own]) => {
    const at = { resource: resources.StatefulSet, namespace, labelSelector: residentLabel }
    const there = (await listObjects(client, at, signal)).map(({ metadata }) => metadata.name)
    const names = new Set([...there, ...own.map(({ name }) => name)])
    return residentRights(namespace, { pods: [...names].toSorted().map((name) => `${name}-0`), everyNode }, reader)
  })
  return (await Promise.all(all)).flat()
}

function placeOf(source: ResidentSource): string {
  return `${source.namespace}/${residentName(source)}`
}

function identityTitle(identity: Identity): string {
  switch (identity.kind) {
    case 'outside':
      return 'outside'
    case 'node':
      return `node ${identity.node}`
    case 'like':
    case 'as':
      return `${identity.namespace}/${identity.workload}`
    case 'pod':
      return `${identity.namespace}/pod/${identity.name}`
    case 'inside':
      return `${identity.namespace}/pod/${identity.pod}`
    case 'namespace':
      return identity.namespace
    default:
      return identity satisfies never
  }
}
