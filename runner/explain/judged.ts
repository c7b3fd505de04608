import type { World } from '../../fabric/world.ts'
import type { Verdict } from '../../policy/engine/decide.ts'
import { predict } from '../../policy/engine/predict.ts'
import type { Prediction } from '../../policy/engine/prediction.ts'
import type { Party, Query } from '../../policy/engine/query.ts'
import { sentencesOf } from '../../policy/engine/sentences.ts'
import type { PlannedSource } from '../plan/sources.ts'
import type { Hop } from '../predict/hops.ts'
import { partyOf } from '../predict/party.ts'
import { unseenIn } from '../predict/unseen.ts'
import type { Ground } from './fixes.ts'
import type { Explanation, HopExplanation } from './model.ts'
import { sidesOf } from './sides.ts'

/** One hop with what the policies say of it. */
export interface Judged {
  readonly hop: Hop
  readonly query: Query
  readonly prediction: Prediction
  /** What the prediction comes to with what could not be read. */
  readonly verdict: Verdict
  readonly unseen: readonly string[]
}

/** Asks the engine about the hops of a source; those that have no answer are left out. */
export function createJudge(source: PlannedSource, { world, compiled }: Ground): (hops: readonly Hop[]) => Judged[] {
  const unseenBy = unseenIn(world)
  return (hops) =>
    hops.flatMap((hop): Judged[] => {
      const from = existing(partyOf(source.identity, hop.query.family ?? 4, { world, probe: undefined }), world)
      if (from === undefined) return []
      const query: Query = { from, ...hop.query }
      const prediction = predict(query, compiled)
      if (prediction.kind === 'unanswerable') return []
      const unseen = unseenBy?.(query, prediction) ?? []
      return [{ hop, query, prediction, verdict: unseen.length > 0 ? 'undefined' : prediction.verdict, unseen }]
    })
}

/** A pod of the world is asked about as itself, so that its labels can be part of a fix. */
function existing(party: Party | undefined, { pods }: World): Party | undefined {
  if (party?.kind !== 'given') return party
  const { namespace, name } = party.pod
  return pods.some((pod) => pod.namespace === namespace && pod.name === name) ? { kind: 'pod', namespace, name } : party
}

/** What endpoints and DNS servers come to. */
export function together(endpoints: readonly Judged[], servers: readonly Judged[]): Explanation['verdict'] {
  const verdicts = endpoints.map(({ verdict }) => verdict)
  if (servers.length > 0 && servers.every(({ verdict }) => verdict === 'deny')) return 'deny'
  if (verdicts.length === 0 || verdicts.includes('undefined')) return 'undefined'
  const [allowed, denied] = [verdicts.includes('allow'), verdicts.includes('deny')]
  return allowed && denied ? 'partly' : allowed ? 'allow' : 'deny'
}

/** Endpoints of which policies say the same are told together. */
export function folded(all: readonly Judged[]): HopExplanation[] {
  const told = all.map((judged) => ({ hop: judged.hop, told: toldOf(judged) }))
  const alike = Map.groupBy(told, ({ told: { verdict, sides, remarks }, hop }) =>
    JSON.stringify([verdict, sides, remarks]).replaceAll(nameIn(hop), '…'),
  )
  return [...alike.values()].map((group) => ({ to: group.map(({ hop }) => hop.text), ...group[0]!.told }))
}

/** `ns/pod` of `ns/pod (10.1.2.3:80)`. */
function nameIn({ text }: Hop): string {
  return text.split(' (')[0] ?? text
}

function toldOf({ prediction, verdict, unseen }: Judged): Omit<HopExplanation, 'to'> {
  const remarks = sentencesOf(prediction).filter((sentence) =>
    /^(undefined:|depends on|\S+ \S+ is not evaluated)/.test(sentence),
  )
  return { verdict, sides: sidesOf(prediction), remarks: [...unseen, ...remarks] }
}
