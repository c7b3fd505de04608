import type { Identity } from '../../fabric/fabric.ts'
import type { World } from '../../fabric/world.ts'
import { compile } from '../../policy/engine/compile.ts'
import type { Compiled } from '../../policy/engine/compiled.ts'
import type { Unanswerable } from '../../policy/engine/path.ts'
import { predict, verdictOf } from '../../policy/engine/predict.ts'
import type { Prediction } from '../../policy/engine/prediction.ts'
import type { Query, QueryEnd } from '../../policy/engine/query.ts'
import { choiceWords } from '../../policy/engine/sentences.ts'
import { isOwnAddress, sourceEndOf } from './engine-endpoint.ts'
import { fromUnknownAddress } from './external.ts'
import type { HopPrediction, HopPredictor, PredictedVerdict, VerdictOnly } from './hop-prediction.ts'
import type { Hop } from './hops.ts'
import { type NotEnforced, notEnforcedBy } from './not-enforced.ts'
import { type Unreadable, unreadableIn } from './unreadable.ts'

/** Compiles the policies of a world once. Answers are cached by query. */
export function createHopPredictor(world: World): HopPredictor {
  const compiled = compile(world)
  const known = new Map<string, HopPrediction>()
  const context = { compiled, overruling: notEnforcedBy(world), unreadable: unreadableIn(world) }
  const ofQuery = (query: Query, hop: Hop) => predictQuery(query, hop, context)
  return {
    compiled,
    verdict: (query) => verdictOnly(query, context),
    of: (hop, { source, probe }) => {
      const key = `${source.key} ${JSON.stringify([hop.query, probe?.pod?.uid])}`
      const answer = known.get(key) ?? predictFrom(source, hop)
      known.set(key, answer)
      return answer

      function predictFrom({ identity, name }: { identity: Identity; name: string }, to: Hop): HopPrediction {
        const from = sourceEndOf(identity, to.query.family ?? 4, { world, probe })
        const as = (queryEnd: QueryEnd) => ofQuery({ from: queryEnd, ...to.query }, to)
        if (from !== undefined) {
          if (identity.kind !== 'outside' || from.kind !== 'address' || isOwnAddress(probe)) return as(from)
          const at = (address: string) => as({ kind: 'address', address, hostname: name })
          return fromUnknownAddress(at(from.address), { name, compiled, at })
        }
        const prediction = { kind: 'unanswerable', rule: 65, reason: `there is no ${name}` } as const
        return { hop: to, prediction, verdict: 'undefined', overruledBy: [], unreadable: [] }
      }
    },
  }
}

interface Context {
  readonly compiled: Compiled
  readonly overruling: NotEnforced | undefined
  readonly unreadable: Unreadable | undefined
}

function predictQuery(query: Query, hop: Hop, { compiled, overruling, unreadable }: Context): HopPrediction {
  const prediction = predict(query, compiled)
  const hidden = unreadable?.(query, prediction) ?? []
  return {
    hop,
    query,
    prediction,
    verdict: verdictWith(prediction, hidden),
    overruledBy: overruling?.(query, prediction) ?? [],
    unreadable: hidden,
  }
}

/** Computes the full prediction only if something other than NetworkPolicies may decide. */
function verdictOnly(query: Query, context: Context): VerdictOnly {
  const { compiled, unreadable } = context
  if (unreadable !== undefined || compiled.foreign.length > 0) {
    const { verdict, prediction, unreadable: hidden } = predictQuery(query, { text: '', query }, context)
    const over = prediction.kind === 'prediction' ? prediction.mayBeOverridden : []
    const [why] = [
      ...hidden,
      ...over.map(
        ({ kind, namespace, name }) => `${kind} ${[namespace, name].filter(Boolean).join('/')} may decide otherwise`,
      ),
    ]
    if (why !== undefined) return { verdict, why }
  }
  const found = verdictOf(query, compiled)
  if ('kind' in found) return { verdict: 'undefined', why: found.reason }
  const { verdict, undefinedBy } = found
  if (undefinedBy.length === 0) return { verdict }
  return {
    verdict,
    why: `the specification leaves it open: ${undefinedBy.map((choice) => choiceWords[choice]).join(', ')}`,
  }
}

function verdictWith(prediction: Prediction | Unanswerable, hidden: readonly string[]): PredictedVerdict {
  if (prediction.kind === 'unanswerable' || hidden.length > 0 || prediction.mayBeOverridden.length > 0)
    return 'undefined'
  return prediction.verdict
}
