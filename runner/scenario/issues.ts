import type { z } from 'zod'

export type Issue = z.core.$ZodIssue

/** The issues that a reader can act on: of a union, those of the branch that the input was meant for. */
export function leafIssues(issues: readonly Issue[], prefix: readonly PropertyKey[] = []): Issue[] {
  return issues.flatMap((issue): Issue[] => {
    const path = [...prefix, ...issue.path]
    if (issue.code === 'invalid_key' || issue.code === 'invalid_element') {
      return leafIssues(issue.issues, issue.code === 'invalid_element' ? [...path, issue.key as PropertyKey] : path)
    }
    if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [{ ...issue, path } as Issue]
    const meant = issue.errors.filter((branch) => !branch.some((found) => isOfOtherType(found, issue.input)))
    const best = meant.toSorted((a, b) => a.length - b.length)[0]
    return best === undefined ? [{ ...issue, path } as Issue] : leafIssues(best as Issue[], path)
  })
}

/** Whether an issue says that the whole input is of another type than this branch takes. */
function isOfOtherType(issue: Issue, input: unknown): boolean {
  if (issue.path.length > 0) return false
  return issue.code === 'invalid_type' || (issue.code === 'invalid_value' && typeof issue.values[0] !== typeof input)
}

/** What is wrong, in one sentence. */
export function describeIssue(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? 'is missing'
        : `expected ${typeNames[issue.expected] ?? issue.expected}, got ${show(issue.input)}`
    case 'invalid_value':
      if (issue.input === undefined) return 'is missing'
      return `expected ${issue.values
        .map(String)
        .join(', ')
        .replace(/, ([^,]*)$/, ' or $1')}, got ${show(issue.input)}`
    case 'invalid_union':
      if (issue.input === undefined) return 'is missing'
      if (issue.message !== 'Invalid input') return `${issue.message}, got ${show(issue.input)}`
      return `expected ${unionTypes(issue)}, got ${show(issue.input)}`
    case 'too_small':
      return issue.origin === 'number' || issue.origin === 'int'
        ? `must be at least ${issue.minimum}, got ${show(issue.input)}`
        : 'must not be empty'
    case 'too_big':
      return issue.origin === 'number' || issue.origin === 'int'
        ? `must be at most ${issue.maximum}, got ${show(issue.input)}`
        : `has more than ${issue.maximum} ${issue.origin === 'string' ? 'characters' : 'entries'}`
    default:
      return issue.message
  }
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
  const expected = issue.errors.map((branch): string => {
    const first = branch[0]
    if (first?.code === 'invalid_type') return typeNames[first.expected] ?? first.expected
    return first?.code === 'invalid_value' ? first.values.map(String).join(', ') : 'something else'
  })
  return [...new Set(expected)].join(', ').replace(/, ([^,]*)$/, ' or $1')
}

function show(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (value === null) return 'nothing'
  if (typeof value === 'object') return 'a mapping'
  if (typeof value !== 'string') return `${typeof value} ${String(value)}`
  return value.length > 60 ? `"${value.slice(0, 60)}…"` : `"${value}"`
}
