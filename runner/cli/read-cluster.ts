import type { Client, ClusterAccess } from '../../fabric/kubernetes/api/client.ts'
import type { LiveCluster } from '../../fabric/kubernetes/world/world.ts'
import { withoutOwned } from '../../fabric/owned.ts'
import type { World } from '../../fabric/world.ts'
import type { Problem } from '../../policy/types.ts'
import { exitCodes } from '../result/path-result.ts'
import { suggestAlternatives } from './cluster.ts'
import type { Io } from './io.ts'
import { printProblems } from './problems.ts'

export interface LiveRequest {
  readonly access: ClusterAccess
  /** Namespaces to read if a cluster-wide list is forbidden. The namespace of the context is read too. */
  readonly namespaces: readonly string[]
  /** What to do without a cluster, as the end of a sentence: `name manifests by -f`. */
  readonly otherwise: string
}

/** Reads a live cluster (read-only), passes it to a function together with its client, and closes the client afterwards. */
export async function withLive<T>(
  { access, namespaces, otherwise }: LiveRequest,
  io: Io,
  use: (live: LiveCluster, client: Client) => Promise<T>,
): Promise<T> {
  const { connectCluster } = await import('../../fabric/kubernetes/api/client.ts')
  const { readCluster } = await import('../../fabric/kubernetes/world/world.ts')
  const client = await connectCluster(access).catch((error: unknown) => suggestAlternatives(error, otherwise))
  try {
    const spaces = [...new Set([...namespaces, ...(client.namespace === undefined ? [] : [client.namespace])])]
    const { world, objects } = await readCluster(client, { namespaces: spaces }, io.signal)
    return await use({ world: withoutOwned(world), objects }, client)
  } finally {
    await client.close()
  }
}

/** The hint for missing read permissions. */
export const readRights =
  'what reading takes is granted by deploy/rbac/r0-read.yaml; kubectl auth can-i --list says what is there'

/** Explains why the ends of a path were not found. They may be among objects that could not be read, which is not a user error. */
export function printMissingRights(problems: readonly Problem[], { unread = [] }: World, io: Io): number {
  printProblems(problems, io)
  if (unread.length === 0) return exitCodes.usage
  const warnings = unread.map(({ why }, index): Problem => {
    const hint = index === unread.length - 1 ? { hint: readRights } : {}
    return { severity: 'warning', message: `not read, and it may be there: ${why}`, ...hint }
  })
  printProblems(warnings, io)
  return exitCodes.broken
}
