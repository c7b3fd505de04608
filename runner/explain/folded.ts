import { sentencesOf } from '../../policy/engine/sentences.ts'
import type { HopPrediction } from '../predict/hop-prediction.ts'
import type { Hop } from '../predict/hops.ts'
import type { HopExplanation } from './model.ts'
import { sidesOf } from './sides.ts'

/** Endpoints of which policies say the same are told together. */
export function folded(all: readonly HopPrediction[]): HopExplanation[] {
  const told = all.map((each) => ({ hop: each.hop, told: toldOf(each) }))
  const alike = Map.groupBy(told, ({ told: { verdict, sides, remarks }, hop }) =>
    JSON.stringify([verdict, sides, remarks]).replaceAll(nameIn(hop), '…'),
  )
  return [...alike.values()].map((group) => ({ to: group.map(({ hop }) => hop.text), ...group[0]!.told }))
}

/** `ns/pod` of `ns/pod (10.1.2.3:80)`. */
function nameIn({ text }: Hop): string {
  return text.split(' (')[0] ?? text
}

function toldOf({ prediction, verdict, unseen }: HopPrediction): Omit<HopExplanation, 'to'> {
  if (prediction.kind === 'unanswerable')
    return { verdict, sides: [], remarks: [prediction.reason], mayBeOverriddenBy: [] }
  const remarks = sentencesOf(prediction).filter((sentence) =>
    /^(undefined:|depends on|\S+ \S+ is not evaluated)/.test(sentence),
  )
  const mayBeOverriddenBy = prediction.mayBeOverridden.map(
    ({ kind, namespace, name }) => `${kind} ${[namespace, name].filter(Boolean).join('/')}`,
  )
  return { verdict, sides: sidesOf(prediction), remarks: [...unseen, ...remarks], mayBeOverriddenBy }
}
