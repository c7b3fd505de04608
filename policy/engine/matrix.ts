import type { Family } from '../cidr.ts'
import { classesOf, type IdentityClass } from './classes.ts'
import type { Compiled } from './compiled.ts'
import { type Decision, decide, firm } from './decide.ts'
import type { Socket } from './query.ts'
import { no, reachOf, yes } from './reach.ts'
import { type Actor, addressOf, type End } from './subjects.ts'

export interface Cell extends Socket, Decision {
  readonly from: IdentityClass
  readonly to: IdentityClass
}

export interface MatrixOptions {
  /** Use these ports on every pod. Default: the ports that the destination pods declare. */
  readonly sockets?: readonly Socket[]
  /** Default: IPv4, or IPv6 if the two ends have no common IPv4. */
  readonly family?: Family
  /** Default: all classes of the world. */
  readonly classes?: readonly IdentityClass[]
}

/**
 * Yields the verdict from every class to every class, port by port, using the matchers of `predict`. Skips pairs without a common family,
 * and a single pod to itself.
 */
export function* matrix(compiled: Compiled, options: MatrixOptions = {}): Generator<Cell> {
  const classes = options.classes ?? classesOf(compiled)
  const ends = classes.map(({ actor }) => endIn(options.family ?? 4, actor))
  const { columns, targetsOf } = columnsOf(classes, options.sockets)
  const reach = reachOf(ends, compiled)
  const into = columns.map((own, column) => own.map(({ socket }) => reach.row('ingress', column, { socket })))
  for (const [row, from] of classes.entries()) {
    const out = targetsOf.map(({ socket, targets }) => reach.row('egress', row, { socket, targets }))
    for (const [column, to] of classes.entries()) {
      const isPlain = from !== to && ends[row] !== undefined && ends[column] !== undefined
      if (!isPlain && endsOfClasses(from, to, options.family) === undefined) continue
      for (const [at, { socket, id }] of columns[column]!.entries()) {
        const decision = together(out[id]![column]!, into[column]![at]![row]!) ?? slowly(from, to, socket)
        yield { from, to, port: socket.port, protocol: socket.protocol, ...decision }
      }
    }
  }

  function slowly(from: IdentityClass, to: IdentityClass, socket: Socket): Decision {
    const ends = endsOfClasses(from, to, options.family)!
    return decide(
      { ...ends, port: socket.port, protocol: socket.protocol, via: undefined, entry: undefined, front: undefined },
      compiled,
    )
  }
}

/** Both sides must allow (rule 5). Undefined if the evaluator must try implementation choices. */
export function together(out: number, into: number): Decision | undefined {
  if (out === no || into === no) return firm.deny
  return out === yes && into === yes ? firm.allow : undefined
}

interface Column {
  readonly socket: Socket
  /** Equal for equal sockets. */
  readonly id: number
}

/** The numbered sockets of all classes, and the classes that have each one. */
function columnsOf(classes: readonly IdentityClass[], given: readonly Socket[] | undefined) {
  const ids = new Map<string, number>()
  const targetsOf: { readonly socket: Socket; readonly targets: number[] }[] = []
  const columns = classes.map((to, column) =>
    (given ?? declared(to)).map((socket): Column => {
      const key = `${socket.port}/${socket.protocol}`
      const id = ids.get(key) ?? targetsOf.push({ socket, targets: [] }) - 1
      ids.set(key, id)
      targetsOf[id]?.targets.push(column)
      return { socket, id }
    }),
  )
  return { columns, targetsOf }
}

/** Returns a pod at its address of a family, as one side of a row. Undefined for other actors. */
export function endIn(family: Family, actor: Actor | undefined): End | undefined {
  if (actor?.kind !== 'pod') return undefined
  const at = addressOf(actor, family)
  return at && { actor, at }
}

function endsOfClasses(from: IdentityClass, to: IdentityClass, family: Family | undefined) {
  const target = from === to ? another(to) : to.actor
  return target && endsOf(from.actor, target, family)
}

/** The ports that pods of a class declare, without duplicates. */
function declared({ pods }: IdentityClass): Socket[] {
  const sockets = pods.flatMap(({ pod }) => pod.ports.map(({ port, protocol }) => ({ port, protocol })))
  return [...new Map(sockets.map((socket) => [`${socket.port}/${socket.protocol}`, socket])).values()]
}

/** A second pod of a class, for connections within the class. */
function another({ pods, actor }: IdentityClass): Actor | undefined {
  return actor.kind === 'pod' ? pods[1] : undefined
}

/** Returns both ends at addresses of one family. Undefined if they have no family in common. */
export function endsOf(from: Actor, to: Actor, family: Family | undefined): { from: End; to: End } | undefined {
  for (const wanted of family === undefined ? ([4, 6] as const) : [family]) {
    const [source, destination] = [addressOf(from, wanted), addressOf(to, wanted)]
    if (source && destination) return { from: { actor: from, at: source }, to: { actor: to, at: destination } }
  }
  return undefined
}
