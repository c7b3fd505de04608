import type { Identity, Manifest, Wanted } from '../../fabric.ts'
import { resourceOf } from '../api/resources.ts'
import { rehearsedKinds } from '../change/rehearse.ts'
import type { Cluster } from '../cluster.ts'
import { residentPods } from '../resident/probes.ts'
import { createRulesReader, missingRights } from './access-review.ts'
import { MissingRights } from './missing-rights.ts'
import {
  type CanaryPlace,
  rightsOfCanary,
  rightsOfRehearsal,
  rightsOfResidents,
  rightsOfSource,
  rightsOnNodes,
} from './rights.ts'

export interface Asker {
  /** The user name, as the API server reports it. */
  readonly user: string
  readonly canaryNamespace: string
}

/**
 * Checks the user's rights before anything is created. Rejects with `MissingRights`, which lists all missing rights.
 */
export function createPreflight(
  {
    client,
    namespaces: made,
    residentCanary,
    residents: known,
  }: Pick<Cluster, 'client' | 'namespaces' | 'residentCanary' | 'residents'>,
  { user, canaryNamespace: namespace }: Asker,
): (wanted: Wanted, signal: AbortSignal) => Promise<void> {
  const place: CanaryPlace['kind'] =
    residentCanary === undefined ? 'made' : residentCanary.standing ? 'standing' : 'lent'
  return async ({ identities, objects }, signal) => {
    // A source in a namespace that the run created is one of the run's pods.
    const foreign = identities.filter((identity) => !made.has(namespaceOf(identity) ?? ''))
    const spaces = [...new Set(foreign.flatMap((identity) => namespaceOf(identity) ?? []))]
    const rulesOf = createRulesReader(client, signal)
    // The required rights depend on whether there are resident probes. This query takes as long as the reading of the
    // rules.
    const canary = rightsOfCanary({ namespace, kind: place })
    const hasNodes = identities.some(({ kind }) => kind === 'node')
    const nodes = hasNodes ? rightsOnNodes(place === 'lent' ? namespace : undefined) : []
    for (const right of [...foreign.flatMap(rightsOfSource), ...canary])
      if (right.namespace !== undefined) void rulesOf(right.namespace)
    const entries = spaces.map(
      async (name) => [name, await residentPods({ client, residents: known }, name, signal)] as const,
    )
    const residents = new Map(await Promise.all(entries))
    const sources = foreign.flatMap((identity) => {
      const pods = residents.get(namespaceOf(identity) ?? '') ?? []
      if (pods.length === 0 || identity.kind === 'as') return rightsOfSource(identity)
      return rightsOfResidents(
        namespaceOf(identity) ?? '',
        pods.map(({ metadata }) => metadata.name),
      )
    })
    const rehearsal = objects.length === 0 ? [] : rightsOfRehearsal(objects.flatMap(placeOf))
    const missing = await missingRights(client, [...rehearsal, ...sources, ...nodes, ...canary], signal, rulesOf)
    if (missing.length > 0) throw new MissingRights(user, missing)
  }
}

function namespaceOf(identity: Identity): string | undefined {
  return 'namespace' in identity ? identity.namespace : undefined
}

/** The kind and place of a rehearsed object; undefined for kinds that a rehearsal leaves out. */
function placeOf({ apiVersion, kind, metadata }: Manifest) {
  const known = rehearsedKinds.find((each) => each === kind)
  if (known === undefined || resourceOf(String(apiVersion), known) === undefined) return []
  const { namespace = 'default' } = (metadata ?? {}) as { readonly namespace?: string }
  return [{ kind: known, namespace }]
}
