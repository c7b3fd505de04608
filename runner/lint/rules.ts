import type { Rule } from './rule.ts'
import { badIgnore } from './rules/bad-ignore.ts'
import { duplicateNodePort } from './rules/duplicate-node-port.ts'
import { invalidObject } from './rules/invalid-object.ts'
import { namespaceSelectorMatchesNothing } from './rules/namespace-selector-matches-nothing.ts'
import { policySelectsNoPod } from './rules/policy-selects-no-pod.ts'

/** All rules, in the order of `docs/lint.md`. */
export const rules: readonly Rule[] = [
  invalidObject,
  policySelectsNoPod,
  namespaceSelectorMatchesNothing,
  duplicateNodePort,
  badIgnore,
]

export const ruleIds: readonly string[] = rules.map(({ id }) => id)
