import type { z } from 'zod'

export type Issue = z.core.$ZodIssue

/** The issues that users can act on. For a union, those of the branch that matches the input best. */
export function leafIssues(issues: readonly Issue[], prefix: readonly PropertyKey[] = []): Issue[] {
  return issues.flatMap((issue): Issue[] => {
    const path = [...prefix, ...issue.path]
    if (issue.code === 'invalid_key' || issue.code === 'invalid_element') {
      return leafIssues(issue.issues, issue.code === 'invalid_element' ? [...path, issue.key as PropertyKey] : path)
    }
    if (issue.code === 'invalid_union' && issue.discriminator !== undefined) return [asChoice(issue, path)]
    if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [{ ...issue, path } as Issue]
    const meant = issue.errors.filter((branch) => !branch.some((found) => isOfOtherType(found, issue.input)))
    const best = meant.toSorted((a, b) => a.length - b.length)[0]
    return best === undefined || isOtherWord(best) ? [{ ...issue, path } as Issue] : leafIssues(best as Issue[], path)
  })
}

/** Whether a branch is a fixed word. The possible words are in all branches together. */
function isOtherWord([first, ...rest]: readonly z.core.$ZodIssue[]): boolean {
  return first?.code === 'invalid_value' && (first.path ?? []).length === 0 && rest.length === 0
}

/** The possible words of an issue, for "did you mean". */
export function possibleWords(issue: Issue): string[] {
  const found = issue.code === 'invalid_union' ? issue.errors.flatMap(([first]) => (first ? [first] : [])) : [issue]
  return found.flatMap((one) =>
    one.code === 'invalid_value' ? one.values.filter((word) => typeof word === 'string') : [],
  )
}

/** A tagged union with an unknown tag becomes a wrong word at the tag. */
function asChoice(issue: Extract<Issue, { code: 'invalid_union' }>, path: PropertyKey[]): Issue {
  const { discriminator = '', options = [], input } = issue as typeof issue & { readonly options?: readonly string[] }
  const tag = (input as Record<string, unknown> | undefined)?.[discriminator]
  return { code: 'invalid_value', values: [...options], input: tag, path, message: 'Invalid input' }
}

/** Whether an issue says that the input has a different type than this branch. */
function isOfOtherType(issue: Issue, input: unknown): boolean {
  if (issue.path.length > 0) return false
  return issue.code === 'invalid_type' || (issue.code === 'invalid_value' && typeof issue.values[0] !== typeof input)
}

export const missing = 'is missing'

/** The problem in one sentence. */
export function describeIssue(issue: Issue): string {
  if (issue.input === undefined && issue.code.startsWith('invalid_')) return missing
  const describe = descriptions[issue.code] as ((issue: Issue) => string) | undefined
  return describe?.(issue) ?? issue.message
}

type Descriptions = { readonly [Code in Issue['code']]?: (issue: Extract<Issue, { code: Code }>) => string }

const descriptions: Descriptions = {
  invalid_type: ({ expected, input, message }) =>
    `${message.startsWith('Invalid') ? `expected ${typeNames[expected] ?? expected}` : message}, got ${show(input)}`,
  invalid_value: ({ values, input, message }) =>
    message.startsWith('Invalid')
      ? `expected ${alternatives(values.map(String))}, got ${show(input)}`
      : `${message}, got ${show(input)}`,
  invalid_union: (issue) => {
    const own = issue.message !== 'Invalid input' && issue.errors.length > 0
    return `${own ? issue.message : `expected ${unionTypes(issue)}`}, got ${show(issue.input)}`
  },
  too_small: ({ origin, minimum, input }) =>
    isNumber(origin) ? `must be at least ${minimum}, got ${show(input)}` : 'must not be empty',
  too_big: ({ origin, maximum, input }) =>
    isNumber(origin)
      ? `must be at most ${maximum}, got ${show(input)}`
      : `has more than ${maximum} ${origin === 'string' ? 'characters' : 'entries'}`,
}

function isNumber(origin: string): boolean {
  return origin === 'number' || origin === 'int'
}

function alternatives(words: readonly string[]): string {
  return words.join(', ').replace(/, ([^,]*)$/, ' or $1')
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
  null: 'null',
}

function unionTypes(issue: Extract<Issue, { code: 'invalid_union' }>): string {
  const expected = issue.errors.flatMap(([first]): string[] => {
    if (first?.code === 'invalid_type') return [typeNames[first.expected] ?? first.expected]
    return first?.code === 'invalid_value' ? first.values.map(String) : []
  })
  return alternatives([...new Set(expected)])
}

function show(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (value === null) return 'nothing'
  if (typeof value === 'object') return 'a mapping'
  if (typeof value !== 'string') return JSON.stringify(value)
  return value.length > 60 ? `"${value.slice(0, 60)}…"` : `"${value}"`
}
