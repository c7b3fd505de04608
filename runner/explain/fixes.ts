import { listeningPorts } from '../../fabric/listeners.ts'
import type { ManifestObject } from '../../fabric/manifests/object.ts'
import type { Pod, World } from '../../fabric/world.ts'
import type { Compiled } from '../../policy/engine/compile.ts'
import type { PathChange } from '../../policy/engine/difference.ts'
import { fixesOf } from '../../policy/engine/fix.ts'
import type { Query } from '../../policy/engine/query.ts'
import type { PolicyPod } from '../../policy/engine/world.ts'
import type { FixExplanation } from './model.ts'
import { patchOf } from './patch.ts'

/** Stands for the world outside (RFC 5737). */
const outsideAddress = '198.51.100.1'

export interface Ground {
  readonly world: World
  readonly compiled: Compiled
  readonly objects: readonly ManifestObject[]
}

/** At most three changes that flip a verdict, each as manifests and with all else that it does. */
export function fixesFor(hop: string, query: Query, { world, compiled, objects }: Ground): FixExplanation[] {
  const options = {
    outside: outsideAddress,
    fold: workloadOf,
    // What a pod listens on is not changed by the labels that a fix gives it.
    listening: (pod: PolicyPod) => listeningPorts(pod as Pod, world),
  }
  return fixesOf(query, compiled, options)
    .slice(0, 3)
    .map(({ verdict, edits, opens, closes, unclear }) => ({
      ...{ hop, verdict },
      what: edits.map((edit) => edit.what),
      yaml: patchOf(edits, objects, world),
      ...{ opens: inWords(opens), closes: inWords(closes), unclear: inWords(unclear) },
    }))

  function inWords(changes: readonly PathChange[]): string[] {
    const end = ({ pod }: PathChange['from']) => (pod === undefined ? 'outside the cluster' : workloadOf(pod))
    const lines = changes.map(({ from, to, port, protocol }) => `${end(from)} -> ${end(to)}:${port}/${protocol}`)
    return [...new Set(lines)]
  }
}

/** Pods of a world that was compiled from the lab's or a cluster's are pods of these, whatever an edit has changed of them. */
function workloadOf(pod: PolicyPod): string {
  return `${pod.namespace}/${(pod as Pod).workload.name}`
}
