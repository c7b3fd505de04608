import type { ManifestObject } from '../../fabric/manifests/object.ts'
import type { World } from '../../fabric/world.ts'
import type { QueryEnd } from '../../policy/engine/query.ts'
import type { Problem } from '../../policy/types.ts'
import type { PlannedSource } from '../plan/planned-source.ts'
import { podOf, queryEndOf } from '../predict/engine-endpoint.ts'
import type { HopPrediction } from '../predict/hop-prediction.ts'
import { nameServersOf, noServers } from '../predict/name-servers.ts'
import type { Predictor } from '../predict/predict.ts'
import { shellWord } from '../result/shell-word.ts'
import { answerTo, type Predicted } from './answer.ts'
import { type Ends, type ResolvedEnds, resolveEnds } from './endpoints.ts'
import { type Decided, type FixContext, fixesFor } from './fixes.ts'
import type { Explanation, PathChanges } from './model.ts'

export interface ExplainOptions {
  readonly world: World
  /** The objects of the world. A changed policy keeps its metadata. */
  readonly objects: readonly ManifestObject[]
  /** Arguments that lead `crosscheck check` to the same world: `--lab` and `-f manifests/`, `--context kind-staging`, or none; quoted for a shell. */
  readonly where: readonly string[]
  /** On a live cluster: recent changes on this path. */
  readonly changes?: PathChanges
  /** Lint findings in policies, given as `namespace/name`, as lines. */
  readonly lint?: (policies: readonly string[]) => readonly string[]
}

/** Explains why a path is open or not, and what would change that. Invalid ends are problems. */
export function explainPath(ends: Ends, options: ExplainOptions): Explanation | { readonly problems: Problem[] } {
  const asked = resolveEnds(ends, options.world)
  return 'problems' in asked ? asked : explainResolved(asked, options)
}

/** The same for ends that were found already. */
export function explainResolved(asked: ResolvedEnds, options: ExplainOptions): Explanation {
  const { ends } = asked
  const { world, objects, changes, lint = () => [] } = options
  const { predictor, predicted, ...answer } = answerTo(asked, world)
  const fixContext: FixContext = { world, objects, compiled: predictor.hop.compiled }
  const remains = (wanted: 'allow' | 'deny', after: World) => whatRemains(ends, wanted, after)
  return {
    ...ends,
    ...answer,
    changes,
    // No policy can open a path that leads nowhere.
    fixes:
      answer.verdict === 'unreachable'
        ? []
        : fixesFor(decidedIn(predicted, { world, predictor }), fixContext, {
            wanted: answer.verdict === 'allow' ? 'deny' : 'allow',
            remains,
            lint,
          }),
    proof: proofOf({ ...ends, verdict: answer.verdict, where: options.where }),
  }
}

/** What still prevents the wanted verdict in a world after a fix. */
function whatRemains(ends: Ends, wanted: 'allow' | 'deny', world: World): string[] {
  const asked = resolveEnds(ends, world)
  if ('problems' in asked) return asked.problems.map(({ message }) => message)
  const { verdict, unread, way, dns, hops } = answerTo(asked, world)
  if (verdict === wanted) return []
  if (verdict === 'unreachable') return way.slice(-1)
  const open = [...(wanted === 'allow' ? dns : []), ...hops].filter((hop) => hop.verdict !== wanted)
  const sentences = open.flatMap(({ to: [first = ''], sides, remarks }) => {
    const against = sides.filter(({ allowed }) => allowed === (wanted === 'deny')).map(({ why }) => why)
    return [...against, ...remarks].map((why) => `${first}: ${why}`)
  })
  return [...new Set(sentences.length > 0 ? sentences : [...unread, ...way.slice(-1)])]
}

/** The predictions that NetworkPolicies decide. Name servers are included only if it is known that the source queries them. */
function decidedIn(
  predicted: readonly Predicted[],
  { world, predictor }: { world: World; predictor: Predictor },
): Decided {
  const queries = ({ identity }: PlannedSource, all: readonly HopPrediction[]) =>
    all.flatMap(({ hop, unreadable, verdict, doubt }) => {
      const from = existing(queryEndOf(identity, hop.query.family ?? 4, { world, probe: undefined }), world)
      if (from === undefined || unreadable.length > 0 || doubt?.kind === 'dns elsewhere') return []
      // An allowed query stays allowed, whether or not policies govern it.
      return [{ query: { from, ...hop.query }, verdict: doubt === undefined ? verdict : ('deny' as const) }]
    })
  return {
    servers: predicted.flatMap(({ source, prediction: { dns, servers } }) =>
      servers.unsure ? [] : queries(source, dns),
    ),
    otherServers: predicted.flatMap(({ source, prediction: { servers } }) => {
      const pod = servers === noServers ? podOf(source.identity, { world, probe: undefined }) : undefined
      const own = pod === undefined ? noServers : nameServersOf(pod, world)
      return own.unsure
        ? []
        : queries(
            source,
            own.hops.map((hop) => predictor.hop.of(hop, { source, probe: undefined })),
          )
    }),
    endpoints: predicted.flatMap(({ source, prediction: { hops } }) => queries(source, hops)),
  }
}

/** Refers to a pod of the world by name, so that a fix can change its labels. */
function existing(queryEnd: QueryEnd | undefined, { pods }: World): QueryEnd | undefined {
  if (queryEnd?.kind !== 'given') return queryEnd
  const { namespace, name } = queryEnd.pod
  return pods.some((pod) => pod.namespace === namespace && pod.name === name)
    ? { kind: 'pod', namespace, name }
    : queryEnd
}

function proofOf({
  from,
  to,
  verdict,
  where,
}: Ends & Pick<Explanation, 'verdict'> & Pick<ExplainOptions, 'where'>): string {
  const expect = verdict === 'allow' ? ['--expect open'] : verdict === 'deny' ? ['--expect blocked'] : []
  return ['crosscheck check', shellWord(from), shellWord(to), ...where, ...expect].join(' ')
}
