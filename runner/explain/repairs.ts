import { listeningPorts } from '../../fabric/endpoints.ts'
import type { ManifestObject } from '../../fabric/manifests/object.ts'
import type { World } from '../../fabric/world.ts'
import type { Compiled } from '../../policy/engine/compile.ts'
import type { PathChange } from '../../policy/engine/difference.ts'
import type { Query } from '../../policy/engine/query.ts'
import { repairsOf } from '../../policy/engine/repair.ts'
import type { RepairExplanation } from './model.ts'
import { patchOf } from './patch.ts'

/** Stands for the world outside (RFC 5737). */
const outsideAddress = '198.51.100.1'

export interface Ground {
  readonly world: World
  readonly compiled: Compiled
  readonly objects: readonly ManifestObject[]
}

/** At most three changes that flip a verdict, each as manifests and with all else that it does. */
export function repairsFor(hop: string, query: Query, { world, compiled, objects }: Ground): RepairExplanation[] {
  const pods = new Map(world.pods.map((pod) => [`${pod.namespace}/${pod.name}`, pod]))
  const ports = new Map<string, ReturnType<typeof listeningPorts>>()
  const options = {
    outside: outsideAddress,
    fold: ({ namespace, name }: { namespace: string; name: string }) => workloadOf(`${namespace}/${name}`),
    listening: ({ namespace, name }: { namespace: string; name: string }) => {
      const key = `${namespace}/${name}`
      const pod = pods.get(key)
      const found = ports.get(key) ?? (pod === undefined ? [] : listeningPorts(pod, world))
      ports.set(key, found)
      return found
    },
  }
  return repairsOf(query, compiled, options)
    .slice(0, 3)
    .map(({ verdict, edits, opens, closes, unclear }) => ({
      ...{ hop, verdict },
      what: edits.map((edit) => edit.what),
      yaml: patchOf(edits, objects, world),
      ...{ opens: inWords(opens), closes: inWords(closes), unclear: inWords(unclear) },
    }))

  function workloadOf(name: string): string {
    const pod = pods.get(name)
    return pod === undefined ? name : `${pod.namespace}/${pod.workload.name}`
  }

  function inWords(changes: readonly PathChange[]): string[] {
    const end = ({ names, pod }: PathChange['from']) =>
      pod === undefined ? 'outside the cluster' : workloadOf(names[0] ?? '')
    const lines = changes.map(({ from, to, port, protocol }) => `${end(from)} -> ${end(to)}:${port}/${protocol}`)
    return [...new Set(lines)]
  }
}
