import type { HopPrediction } from './hop-prediction.ts'

/** The rules of docs/semantics.md that make a prediction unknown, or that it depends on: ascending, without duplicates. */
export function citedRules(hops: readonly HopPrediction[]): readonly number[] {
  const rules = hops.flatMap(({ prediction, doubt }) => [
    ...(doubt?.kind === 'own node' ? [50, 52] : []),
    ...(prediction.kind === 'unanswerable' ? [prediction.rule] : [...prediction.undefinedBy, ...prediction.dependsOn]),
  ])
  return [...new Set(rules.filter((rule) => typeof rule === 'number'))].toSorted((a, b) => a - b)
}
