import type { HopPrediction } from './hop-prediction.ts'

/** Rules of docs/semantics.md that leave a prediction open, or that it rests on: in ascending order, each once. */
export function citedRules(hops: readonly HopPrediction[]): readonly number[] {
  const rules = hops.flatMap(({ prediction, doubt }) => [
    ...(doubt?.kind === 'own node' ? [50, 52] : []),
    ...(prediction.kind === 'unanswerable' ? [prediction.rule] : [...prediction.undefinedBy, ...prediction.dependsOn]),
  ])
  return [...new Set(rules.filter((rule) => typeof rule === 'number'))].toSorted((a, b) => a - b)
}
