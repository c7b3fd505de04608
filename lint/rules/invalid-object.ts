import type { Rule } from '../rule.ts'

/** Reported by the parsers (`refusals.ts`). */
export const invalidObject: Rule = {
  id: 'invalid-object',
  severity: 'error',
  summary: 'what the API server, or kubectl before it, refuses',
  restsOnPresence: true,
  find: () => [],
}
