import { parseDocument } from 'yaml'
import { didYouMean } from '../../policy/suggest.ts'
import type { Problem } from '../../policy/types.ts'
import type { Document } from './documents.ts'
import { withoutBroken } from './drop-invalid.ts'
import { describeIssue, type Issue, leafIssues, missing, possibleWords } from './issues.ts'
import type { Path } from './nodes.ts'
import { type ScenarioSpec, scenarioSchema } from './schema.ts'
import { keysAt } from './schema-keys.ts'
import type { Substituted } from './variables.ts'

export interface Validated {
  /** The document without its broken parts; absent if nothing is valid. */
  readonly spec?: ScenarioSpec
  readonly problems: readonly Problem[]
}

/** Validates a document against the schema. Returns all issues, each with its place. */
export function validate(document: Document, { value, whole, failed }: Substituted): Validated {
  let result = scenarioSchema.safeParse(value, { reportInput: true })
  if (!result.success && adoptTypes(value, leafIssues(result.error.issues), whole)) {
    result = scenarioSchema.safeParse(value, { reportInput: true })
  }
  if (result.success && failed.length === 0) return { spec: result.data, problems: [] }
  const issues = result.success ? [] : leafIssues(result.error.issues)
  const silent = new Set(failed.map((path) => path.join('\0')))
  const misspelt = new Set(issues.filter(({ code }) => code === 'unrecognized_keys').map(({ path }) => path.join('\0')))
  const told = issues.filter(({ code, path }) => {
    const besideMisspelt = code === 'custom' && misspelt.has(path.join('\0'))
    return !besideMisspelt && !path.some((_, index) => silent.has(path.slice(0, index + 1).join('\0')))
  })
  const salvaged = scenarioSchema.safeParse(withoutBroken(value, [...issues, ...failed.map((path) => ({ path }))]))
  return {
    ...(salvaged.success && { spec: salvaged.data }),
    problems: told.flatMap((issue) => problemsOf(issue, document)),
  }
}

/** Converts texts that consist of a variable only to the type that YAML would have read. Returns true if any changed. */
function adoptTypes(value: unknown, issues: readonly Issue[], whole: ReadonlySet<string>): boolean {
  let changed = false
  for (const { path, input } of issues) {
    if (typeof input !== 'string' || !whole.has(path.join('\0')) || !/^(?:\d{1,15}|true|false)$/.test(input)) continue
    const parent = path.slice(0, -1).reduce((at, step) => (at as Record<PropertyKey, unknown>)[step], value)
    const typed: unknown = parseDocument(input).toJS()
    ;(parent as Record<PropertyKey, unknown>)[path.at(-1) ?? ''] = typed
    changed = true
  }
  return changed
}

function problemsOf(issue: Issue, document: Document): Problem[] {
  const { path } = issue
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(scenarioSchema, path)
    return issue.keys.map((key) => ({
      severity: 'error',
      message: `${name(path, 'the document')}: unknown key "${key}"`,
      hint: didYouMean(key, known) ?? `possible are ${known.join(', ')}`,
      place: document.keyPlaceOf([...path, key]),
    }))
  }
  const isKey = issue.code === 'invalid_key' || onKey(issue, document.value)
  const hint = hintOf(issue)
  const description = describeIssue(issue)
  return [
    {
      severity: 'error',
      message: `${name(path, 'the document')}${description === missing ? ' ' : ': '}${description}`,
      place: isKey ? document.keyPlaceOf(path) : document.placeOf(path),
      ...(hint !== undefined && { hint }),
    },
  ]
}

/** Whether an issue is about a key. The issue has the key as its input. */
function onKey(issue: Issue, value: unknown): boolean {
  const last = issue.path.at(-1)
  if (typeof last !== 'string' || issue.input !== last) return false
  const found = issue.path.reduce<unknown>(
    (at, step) => (at as Record<PropertyKey, unknown> | undefined)?.[step],
    value,
  )
  return found !== last
}

function hintOf(issue: Issue): string | undefined {
  if (typeof issue.input === 'string' && possibleWords(issue).length > 0) {
    return didYouMean(issue.input, possibleWords(issue))
  }
  const scalar = typeof issue.input === 'number' || typeof issue.input === 'boolean'
  if (issue.code === 'invalid_type' && issue.expected === 'string' && scalar) return `quote it: "${issue.input}"`
  return undefined
}

/** `spec.paths[3].expect` */
function name(path: Path, root: string): string {
  if (path.length === 0) return root
  return path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${String(step)}`))
    .join('')
}
