import { sentencesOf } from '../../policy/engine/sentences.ts'
import type { HopPrediction } from '../predict/hop-prediction.ts'
import type { Hop } from '../predict/hops.ts'
import { sidesOf } from './directions.ts'
import type { HopExplanation } from './model.ts'

/** A connection from one place of a source. */
interface HopFrom {
  readonly place: string | undefined
  readonly prediction: HopPrediction
}

/** Merges endpoints, and places of the source, that policies treat alike. */
export function folded(all: readonly HopFrom[]): HopExplanation[] {
  const told = all.map(({ place, prediction }) => ({ place, prediction, told: toldOf(prediction) }))
  const alike = Map.groupBy(told, ({ place, prediction, told: { verdict, sides, remarks } }) =>
    namesOf(prediction, place).reduce(
      (text, name) => text.replaceAll(name, '…'),
      JSON.stringify([verdict, sides, remarks]),
    ),
  )
  return [...alike.values()].map((group) => ({
    to: group.map(({ place, prediction: { hop } }) => (place === undefined ? hop.text : `${hop.text} from ${place}`)),
    ...group[0]!.told,
  }))
}

/** The names that differ between similar connections: of the endpoint, and of the pod and node of the source's place. */
function namesOf({ hop, prediction }: HopPrediction, place: string | undefined): string[] {
  if (place === undefined || prediction.kind === 'unanswerable') return [nameIn(hop)]
  return [nameIn(hop), prediction.egress.subject, place]
}

/** `ns/pod` of `ns/pod (10.1.2.3:80)`. */
function nameIn({ text }: Hop): string {
  return text.split(' (')[0] ?? text
}

function toldOf({ prediction, verdict, unreadable, doubt }: HopPrediction): Omit<HopExplanation, 'to'> {
  if (prediction.kind === 'unanswerable')
    return { verdict, sides: [], remarks: [prediction.reason], mayBeOverriddenBy: [] }
  const remarks = sentencesOf(prediction).filter((sentence) =>
    /^(undefined:|depends on|\S+ \S+ is not evaluated)/.test(sentence),
  )
  const mayBeOverriddenBy = prediction.mayBeOverridden.map(
    ({ kind, namespace, name }) => `${kind} ${[namespace, name].filter(Boolean).join('/')}`,
  )
  return {
    verdict,
    sides: sidesOf(prediction),
    remarks: [...(doubt === undefined ? [] : [doubt.sentence]), ...unreadable, ...remarks],
    mayBeOverriddenBy,
  }
}
