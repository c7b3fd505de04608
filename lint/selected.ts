import { didYouMean } from '../policy/suggest.ts'
import type { Problem } from '../policy/types.ts'
import type { Rule } from './rule.ts'
import { ruleIds, rules } from './rules.ts'

/** Returns the rules to run: the selected ones (default: all) without the ignored ones. An unknown rule name is a problem. */
export function chooseRules(
  select: readonly string[],
  ignore: readonly string[],
): { readonly rules: readonly Rule[]; readonly problems: readonly Problem[] } {
  const named = [
    ...select.map((id) => ({ option: '--select', id })),
    ...ignore.map((id) => ({ option: '--ignore', id })),
  ]
  const problems = named
    .filter(({ id }) => !ruleIds.includes(id))
    .map(({ option, id }): Problem => {
      const hint = didYouMean(id, ruleIds) ?? 'crosscheck lint --list-rules names them all'
      return { severity: 'error', message: `${option} ${id}: there is no such rule`, hint }
    })
  const chosen = rules.filter(({ id }) => (select.length === 0 || select.includes(id)) && !ignore.includes(id))
  return { rules: chosen, problems }
}
