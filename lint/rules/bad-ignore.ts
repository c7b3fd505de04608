import type { Rule } from '../rule.ts'

/** Reported where comments are parsed (`ignores.ts`). */
export const badIgnore: Rule = {
  id: 'bad-ignore',
  severity: 'warning',
  summary: 'an ignore comment without a reason, or for a rule that does not exist',
  restsOnPresence: true,
  find: () => [],
}
