import { givenPods } from '../../fabric/cluster-dns.ts'
import { listeningPorts } from '../../fabric/listeners.ts'
import type { Pod, World } from '../../fabric/world.ts'
import { compile } from '../../policy/engine/compile.ts'
import { differences, type PathChange, type SortedChanges, sortChanges } from '../../policy/engine/difference.ts'
import type { Protocol } from '../../policy/types.ts'

/** The change of a path from one workload to a port of another. */
export interface WorkloadChange {
  /** `frontend/ui`; `outside` for clients and servers outside the cluster. */
  readonly from: string
  readonly to: string
  readonly port: number
  readonly protocol: Protocol
  readonly before: PathChange['before']
  readonly after: PathChange['after']
  /** How many pairs of pods have this change, out of all pairs of the two workloads. Fewer if replicas differ. */
  readonly pods: number
  readonly ofPods: number
}

export type Changes = SortedChanges<WorkloadChange>

/** The address that represents the outside (RFC 5737). */
const outside = '198.51.100.1'

/** The paths that differ between two worlds, by workload. A path to or from a new or removed workload is `absent` before or after. */
export function changesBetween(before: World, after: World): Changes {
  const [given, next] = [before, after].map((world) => ({ ...world, pods: givenPods(world) })) as [World, World]
  const sides = { before: sideOf(given), after: sideOf(next) }
  const workloadOf = (name: string) => sides.after.workloads.get(name) ?? sides.before.workloads.get(name) ?? name
  const changes = differences(compile(given), compile(next), {
    outside,
    fold: ({ namespace, name }) => workloadOf(`${namespace}/${name}`),
    sockets: ({ namespace, name }, when) => sides[when].ports(`${namespace}/${name}`),
  })
  const folded = new Map<string, WorkloadChange>()
  for (const { from, to, port, protocol, before: was, after: is } of changes) {
    const ends = [from, to].map(({ pod, names }) => (pod === undefined ? 'outside' : workloadOf(names[0] ?? ''))) as [
      string,
      string,
    ]
    const key = [...ends, port, protocol, was, is].join('|')
    if (
      (was === 'absent' && sides.before.has(ends, port, protocol)) ||
      (is === 'absent' && sides.after.has(ends, port, protocol))
    )
      continue
    const pods = from.names.length * (from === to ? to.names.length - 1 : to.names.length)
    const known = folded.get(key)
    const ofPods = countOf(ends[0]) * (ends[0] === ends[1] ? countOf(ends[1]) - 1 : countOf(ends[1]))
    folded.set(key, {
      from: ends[0],
      to: ends[1],
      port,
      protocol,
      before: was,
      after: is,
      pods: pods + (known?.pods ?? 0),
      ofPods,
    })
  }
  return sortChanges([...folded.values()].toSorted(byName))

  function countOf(workload: string): number {
    return Math.max(1, sides.after.counts.get(workload) ?? 0, sides.before.counts.get(workload) ?? 0)
  }
}

function byName(a: WorkloadChange, b: WorkloadChange): number {
  const text = ({ from, to, port }: WorkloadChange) => `${from} ${to} ${String(port).padStart(5)}`
  return text(a) < text(b) ? -1 : 1
}

function sideOf(world: World) {
  const pods = new Map(world.pods.map((pod) => [`${pod.namespace}/${pod.name}`, pod]))
  const workloads = new Map([...pods].map(([name, pod]) => [name, nounOf(pod)]))
  const counts = new Map<string, number>()
  for (const workload of workloads.values()) counts.set(workload, (counts.get(workload) ?? 0) + 1)
  const known = new Map<string, ReturnType<typeof listeningPorts>>()
  const ports = (name: string) => {
    const pod = pods.get(name)
    const found = known.get(name) ?? (pod === undefined ? [] : listeningPorts(pod, world))
    known.set(name, found)
    return found
  }
  const listening = new Set(
    [...pods.keys()].flatMap((name) =>
      ports(name).map((each) => `${workloads.get(name)}:${each.port}/${each.protocol}`),
    ),
  )
  /** Whether both ends of a path exist, for any replica. A different number of replicas is not a change. */
  const has = ([from, to]: readonly [string, string], port: number, protocol: Protocol) =>
    (from === 'outside' || counts.has(from)) && (to === 'outside' || listening.has(`${to}:${port}/${protocol}`))
  return { workloads, counts, ports, has }
}

function nounOf({ namespace, workload }: Pod): string {
  return `${namespace}/${workload.name}`
}
