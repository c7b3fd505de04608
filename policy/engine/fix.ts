import { type Candidate, waysToAdmit } from './admit.ts'
import type { Compiled } from './compile.ts'
import { type DifferenceOptions, differencesAfterEdits, type PathChange } from './difference.ts'
import type { Edit } from './edits.ts'
import type { Socket } from './matrix.ts'
import { type Path, pathOf } from './path.ts'
import { predict, verdictOf } from './predict.ts'
import type { Prediction } from './prediction.ts'
import type { Query } from './query.ts'
import { recompile } from './recompile.ts'
import { wayToRefuse } from './refuse.ts'
import type { PolicyPod } from './world.ts'

/** A change that was tried: it turns the verdict on this path around, and the rest of what it does is all told. */
export interface Fix {
  readonly verdict: 'allow' | 'deny'
  readonly edits: readonly Edit[]
  /** Other paths that it opens and closes; replicas of both ends count as the path itself. */
  readonly opens: readonly PathChange[]
  readonly closes: readonly PathChange[]
  /** Other paths about which policies promise something before or after, and not both times. */
  readonly unclear: readonly PathChange[]
}

export interface FixOptions extends Pick<DifferenceOptions, 'fold' | 'outside'> {
  /** The ports of a pod that its side effects are told for, of a pod that is edited before it was; the port asked about is added to every pod. */
  readonly listening?: (pod: PolicyPod) => NonNullable<ReturnType<NonNullable<DifferenceOptions['sockets']>>>
}

/** Generous: what comes after the first few is larger. */
const most = 4

/**
 * The changes of policies or labels that flip a verdict, the one with the fewest side effects first, then the smallest. None for what
 * is `undefined`, or where no NetworkPolicy decides.
 */
export function fixesOf(query: Query, compiled: Compiled, options: FixOptions = {}): Fix[] {
  const [path, prediction] = [pathOf(query, compiled), predict(query, compiled)]
  if ('kind' in path || prediction.kind === 'unanswerable' || prediction.verdict === 'undefined') return []
  const wanted = prediction.verdict === 'deny' ? 'allow' : 'deny'
  const socket = { port: path.port, protocol: path.protocol }
  const { listening = ({ ports }: PolicyPod) => ports, ...rest } = options
  const withSocket = new Map<readonly Socket[], readonly Socket[]>()
  const sockets = (pod: PolicyPod, when: 'before' | 'after') => {
    const name = when === 'after' ? `${pod.namespace}/${pod.name}` : ''
    const own = listening(compiled.pods.get(name)?.pod ?? pod)
    // One list for each: pods that listen alike are then seen to do so.
    const all = withSocket.get(own) ?? [...own, socket]
    withSocket.set(own, all)
    return all
  }
  const changesBy = differencesAfterEdits(compiled, { ...rest, sockets, outsideToo: [socket] })
  const candidates = wanted === 'allow' ? admitting(prediction, path, compiled) : refusing(prediction, path, compiled)
  const found = candidates.flatMap((candidate) => {
    const fix = tried(candidate, query, { path, wanted, compiled, changesBy })
    return fix === undefined ? [] : [{ fix, size: candidate.size }]
  })
  return found
    .toSorted((a, b) => sideEffects(a.fix) - sideEffects(b.fix) || a.size - b.size || all(a.fix) - all(b.fix))
    .map(({ fix }) => fix)
}

/** Both sides must allow: of each that denies, the best ways, together. */
function admitting({ egress, ingress }: Prediction, path: Path, compiled: Compiled): Candidate[] {
  const sides = [egress, ingress].filter(({ allowed }) => !allowed)
  const ways = sides.map((side) => short(waysToAdmit(side, path, compiled), sides.length))
  return ways.reduce<Candidate[]>(
    (combined, own) =>
      combined.flatMap((one) => own.map((two) => ({ edits: [...one.edits, ...two.edits], size: one.size + two.size }))),
    [{ edits: [], size: 0 }],
  )
}

/** The smallest ones, and always the last, which is a policy of its own. */
function short(ways: readonly Candidate[], sides: number): Candidate[] {
  const few = sides === 1 ? most + 2 : most - 1
  const last = ways.at(-1)
  return last === undefined ? [] : [...ways.slice(0, -1).slice(0, few), last]
}

function refusing({ egress, ingress }: Prediction, path: Path, compiled: Compiled): Candidate[] {
  return [ingress, egress].flatMap((side) => wayToRefuse(side, path, compiled))
}

interface Trial {
  readonly path: Path
  readonly wanted: Fix['verdict']
  readonly compiled: Compiled
  readonly changesBy: ReturnType<typeof differencesAfterEdits>
}

function tried({ edits }: Candidate, query: Query, { path, wanted, compiled, changesBy }: Trial): Fix | undefined {
  if (edits.length === 0 || isTwofold(edits)) return undefined
  const edited = recompile(compiled, edits)
  const found = verdictOf(query, edited.compiled)
  if ('kind' in found || found.verdict !== wanted) return undefined
  const others = [...changesBy(edited)].filter((change) => !isPath(change, path))
  return {
    ...{ verdict: wanted, edits },
    opens: others.filter((each) => each.after === 'allow'),
    closes: others.filter((each) => each.before === 'allow'),
    unclear: others.filter((each) => each.after !== 'allow' && each.before !== 'allow'),
  }
}

/** Two edits of one policy would undo each other. */
function isTwofold(edits: readonly Edit[]): boolean {
  const policies = edits.flatMap((edit) => (edit.kind === 'change policy' ? [edit.before] : []))
  return new Set(policies).size < policies.length
}

function isPath({ from, to, port, protocol }: PathChange, path: Path): boolean {
  if (port !== path.port || protocol !== path.protocol) return false
  return isEnd(from.names, path.from.actor) && isEnd(to.names, path.to.actor)
}

function isEnd(names: readonly string[], actor: Path['from']['actor']): boolean {
  if (actor.kind === 'external') return names.includes(actor.address.text)
  const pod = actor.kind === 'pod' ? actor.pod : actor.pod?.pod
  return pod !== undefined && names.includes(`${pod.namespace}/${pod.name}`)
}

/** What something listens on counts; the rest is only told. */
function sideEffects({ opens, closes, unclear }: Fix): number {
  const real = ({ to, port, protocol }: PathChange) =>
    to.pod === undefined ||
    to.pod.ports.length === 0 ||
    to.pod.ports.some((own) => own.port === port && own.protocol === protocol)
  return [...opens, ...closes, ...unclear].filter(real).length
}

function all({ opens, closes, unclear }: Fix): number {
  return opens.length + closes.length + unclear.length
}
