import type { Direction } from '../types.ts'
import type { Compiled } from './compiled.ts'
import { selectorOf } from './minimal-selector.ts'
import { nameOf, type Path, pathOf } from './path.ts'
import { predict } from './predict.ts'
import type { Side } from './prediction.ts'
import type { Query, Socket } from './query.ts'
import type { End, PodActor } from './subjects.ts'

/** The policies of one pod in one direction, and every queried connection that they alone decide against the wanted verdict. */
export interface Obstacle {
  readonly direction: Direction
  readonly end: PodActor
  /** Each of `remotes` with each of `sockets`. Never empty. */
  readonly needs: readonly Need[]
  /** The other ends that need different peers in a rule. */
  readonly remotes: readonly End[]
  readonly sockets: readonly Socket[]
  /** Nodes that reach the pod only because it runs on them. The pod can move to another node. */
  readonly exempt: readonly End[]
}

export interface Need {
  readonly path: Path
  readonly side: Side
  readonly remote: End
}

/**
 * Returns the first side of the remaining queries that denies them, with everything else that it denies. Undefined if no NetworkPolicy can
 * change it.
 */
export function obstacleOf(
  remaining: readonly Query[],
  queries: readonly Query[],
  compiled: Compiled,
): Obstacle | undefined {
  const denied = remaining.flatMap((query) => needsOf(query, compiled))
  const [first] = denied
  if (first === undefined) return undefined
  const alike = denied.filter((need) => isOfSamePolicies(need, first))
  const sockets = socketsWith(first, alike)
  const remotes = new Map<string, End>()
  for (const need of alike)
    if (keyOf(socketsWith(need, alike)) === keyOf(sockets)) remotes.set(remoteKey(need.remote), need.remote)
  return {
    direction: first.side.direction,
    end: first.end,
    sockets,
    remotes: [...remotes.values()].toSorted(byName),
    exempt: first.side.direction === 'ingress' ? ownNodes(queries, first, compiled) : [],
    needs: alike.filter(({ remote }) => remotes.has(remoteKey(remote))),
  }
}

function byName(a: End, b: End): number {
  return nameOf(a.actor) < nameOf(b.actor) ? -1 : 1
}

function ownNodes(queries: readonly Query[], { end, path }: Denied, compiled: Compiled): End[] {
  return queries.flatMap((query) => {
    const own = pathOf(query, compiled)
    if ('kind' in own || own.to.actor.kind !== 'pod' || own.port !== path.port) return []
    const { space, labels, pod } = own.to.actor
    const isSame = space === end.space && labels === end.labels
    const isOwn = own.from.actor.kind === 'host' && own.from.actor.node.name === pod.node
    return isSame && isOwn ? [own.from] : []
  })
}

interface Denied extends Need {
  readonly end: PodActor
}

/** The sides that NetworkPolicies can open. */
function needsOf(query: Query, compiled: Compiled): Denied[] {
  const [path, prediction] = [pathOf(query, compiled), predict(query, compiled)]
  if ('kind' in path || prediction.kind === 'unanswerable' || prediction.verdict !== 'deny') return []
  return [prediction.egress, prediction.ingress].flatMap((side) => {
    const [{ actor }, remote] = side.direction === 'egress' ? [path.from, path.to] : [path.to, path.from]
    return side.allowed || side.by !== 'NetworkPolicy' || actor.kind !== 'pod'
      ? []
      : [{ path, side, remote, end: actor }]
  })
}

function isOfSamePolicies(a: Denied, b: Denied): boolean {
  return a.side.direction === b.side.direction && a.end.space === b.end.space && a.end.labels === b.end.labels
}

function socketsWith({ remote }: Need, needs: readonly Need[]): Socket[] {
  const key = remoteKey(remote)
  const sockets = needs.flatMap(({ path: { port, protocol }, ...need }) =>
    remoteKey(need.remote) === key ? [{ port, protocol }] : [],
  )
  return [...new Map(sockets.map((socket) => [`${socket.port}/${socket.protocol}`, socket])).values()]
}

function keyOf(sockets: readonly Socket[]): string {
  return sockets
    .map(({ port, protocol }) => `${port}/${protocol}`)
    .toSorted()
    .join(' ')
}

/** Equal for ends that the same peer would match. */
export function remoteKey({ actor, at }: End): string {
  return actor.kind === 'pod' ? `${actor.space.name} ${JSON.stringify(selectorOf(actor))}` : at.text
}
