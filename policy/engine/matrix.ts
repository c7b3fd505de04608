import type { Family } from '../cidr.ts'
import type { Protocol } from '../types.ts'
import { type Actor, addressOf, type End } from './actors.ts'
import { classesOf, type IdentityClass } from './classes.ts'
import type { Compiled } from './compile.ts'
import { type Decision, decide } from './decide.ts'

export interface Socket {
  readonly port: number
  readonly protocol: Protocol
}

export interface Cell extends Socket, Decision {
  readonly from: IdentityClass
  readonly to: IdentityClass
}

export interface MatrixOptions {
  /** These ports on every pod; default: those that the destination's pods declare. */
  readonly sockets?: readonly Socket[]
  /** Default IPv4, and IPv6 where two ends have no IPv4 in common. */
  readonly family?: Family
  /** Default: all of the world. */
  readonly classes?: readonly IdentityClass[]
}

/** Every class to every class, port by port, by the evaluator of `predict`; ends without a common family and loops of a lone pod are left out. */
export function* matrix(compiled: Compiled, options: MatrixOptions = {}): Generator<Cell> {
  const classes = options.classes ?? classesOf(compiled)
  const sockets = new Map(classes.map((to) => [to, options.sockets ?? declared(to)]))
  for (const from of classes) {
    for (const to of classes) {
      const target = from === to ? another(to) : to.actor
      const ends = target && endsOf(from.actor, target, options.family)
      if (ends === undefined) continue
      for (const { port, protocol } of sockets.get(to) ?? []) {
        const decision = decide({ ...ends, port, protocol, via: undefined, entry: undefined }, compiled)
        yield { from, to, port, protocol, ...decision }
      }
    }
  }
}

/** The ports that pods of a class declare, each once. */
function declared({ pods }: IdentityClass): Socket[] {
  const sockets = pods.flatMap(({ pod }) => pod.ports.map(({ port, protocol }) => ({ port, protocol })))
  return [...new Map(sockets.map((socket) => [`${socket.port}/${socket.protocol}`, socket])).values()]
}

/** A second pod of a class, for the way from the class to itself. */
function another({ pods, actor }: IdentityClass): Actor | undefined {
  return actor.kind === 'pod' ? pods[1] : undefined
}

/** Both ends at addresses of one family; none where they have none in common. */
export function endsOf(from: Actor, to: Actor, family: Family | undefined): { from: End; to: End } | undefined {
  for (const wanted of family === undefined ? ([4, 6] as const) : [family]) {
    const [source, destination] = [addressOf(from, wanted), addressOf(to, wanted)]
    if (source && destination) return { from: { actor: from, at: source }, to: { actor: to, at: destination } }
  }
  return undefined
}
