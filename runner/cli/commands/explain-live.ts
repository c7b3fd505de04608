import type { ClusterAccess } from '../../../fabric/kubernetes/api/client.ts'
import { type History, readHistory } from '../../../fabric/kubernetes/world/history.ts'
import { spacesNamed } from '../../check/endpoints.ts'
import { type Ends, resolveEnds } from '../../explain/endpoints.ts'
import { explainResolved } from '../../explain/explain.ts'
import type { PathChanges } from '../../explain/model.ts'
import { relatedObjects } from '../../explain/related-objects.ts'
import { exitCodes } from '../../result/path-result.ts'
import type { Io } from '../io.ts'
import type { Output } from '../outputs.ts'
import { printMissingRights, withLive } from '../read-cluster.ts'
import { writeExplanation } from './explain-run.ts'

export interface ExplainLive {
  readonly ends: Ends
  readonly access: ClusterAccess
  /** The command-line arguments that select the cluster. */
  readonly world: readonly string[]
  readonly outputs: readonly Output<'text' | 'json'>[]
}

const dayMs = 24 * 60 * 60 * 1000

/** Explains one path of a live cluster using only reads: no probe, no packet, no image. */
export function explainLive({ ends, access, world: where, outputs }: ExplainLive, io: Io): Promise<number> {
  const namespaces = [...new Set([...spacesNamed(ends.from), ...spacesNamed(ends.to), 'kube-system'])]
  const otherwise = 'name manifests by -f FILE or -k FOLDER'
  return withLive({ access, namespaces, otherwise }, io, async ({ world, objects }, client) => {
    const asked = resolveEnds(ends, world)
    if ('problems' in asked) return printMissingRights(asked.problems, world, io)
    const until = io.now()
    const history = await readHistory(client, relatedObjects(asked, world), until - dayMs, io.signal)
    const explanation = explainResolved(asked, { world, objects, where, changes: toldOf(history, until) })
    await writeExplanation(explanation, outputs, io)
    return exitCodes.pass
  })
}

function toldOf({ changes, unread }: History, until: number): PathChanges {
  const time = (at: number) => new Date(at).toISOString().replace('.000Z', 'Z')
  return {
    since: time(until - dayMs),
    until: time(until),
    changes: changes.map(({ at, object, what, by }) => ({ at: time(at), object, what, by })),
    unread,
  }
}
