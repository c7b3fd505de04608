import { didYouMean } from '../../policy/suggest.ts'
import type { Place, Problem } from '../../policy/types.ts'
import type { Document } from './documents.ts'

/** Maximum number of values in a document after aliases are expanded. */
const maxValues = 5_000_000

export interface Substituted {
  readonly value: unknown
  readonly variables: Readonly<Record<string, string>>
  /** Places (joined by NUL) of texts that consisted of a variable only. They get the type that the schema requires there. */
  readonly whole: ReadonlySet<string>
  /** Places where substitution failed. Their content is meaningless. */
  readonly failed: readonly (readonly (string | number)[])[]
  readonly problems: readonly Problem[]
}

/** Substitutes variables: `${name}` in every text of a document except keys; `$${` means a literal `${`. */
export function substitute(document: Document, set: ReadonlyMap<string, string>): Substituted {
  const { values, problems } = readVariables(document, set)
  const whole = new Set<string>()
  const failed: (readonly (string | number)[])[] = []
  let count = 0
  const walk = (value: unknown, path: readonly (string | number)[]): unknown => {
    if (++count > maxValues) throw new TooMuch()
    if (typeof value === 'string') {
      if (!value.includes('${')) return value
      if (/^\$\{[^}]*\}$/.test(value)) whole.add(path.join('\0'))
      const faults: Fault[] = []
      const text = replace(value, values, (fault) => faults.push(fault))
      if (faults.length === 0) return text
      failed.push(path)
      problems.push(...faults.flatMap((fault) => faultProblem(fault, document.placeOf(path), values.keys())))
      return ''
    }
    if (typeof value !== 'object' || value === null) return value
    if (path.length === 2 && path[0] === 'spec' && path[1] === 'variables') return value
    if (Array.isArray(value)) return value.map((item: unknown, index) => walk(item, [...path, index]))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(item, [...path, key])]))
  }
  try {
    const value = walk(document.value, [])
    const known = [...values].filter((entry): entry is [string, string] => entry[1] !== undefined)
    return { value, variables: Object.fromEntries(known), whole, failed, problems }
  } catch (error) {
    if (!(error instanceof TooMuch)) throw error
    const message = `more than ${maxValues} values once its aliases are expanded`
    return { value: undefined, variables: {}, whole, failed, problems: [problem(document.place, message)] }
  }
}

class TooMuch extends Error {}

/** Names that a document declares, whatever else is wrong with it. */
export function declaredVariables({ value }: Document): readonly string[] {
  const declared = (value as { spec?: { variables?: unknown } | null } | null)?.spec?.variables
  return typeof declared === 'object' && declared !== null && !Array.isArray(declared) ? Object.keys(declared) : []
}

type Values = Map<string, string | undefined>

/** Declared variables with their values. A default may use variables that are declared above it. */
function readVariables(document: Document, set: ReadonlyMap<string, string>): { values: Values; problems: Problem[] } {
  const values: Values = new Map()
  const problems: Problem[] = []
  const names = declaredVariables(document)
  for (const name of names) {
    const path = ['spec', 'variables', name]
    const given: unknown = (document.value as { spec: { variables: Record<string, unknown> } }).spec.variables[name]
    const preset = set.get(name)
    if (preset !== undefined) {
      values.set(name, preset)
    } else if (given === null) {
      const hint = `give it with --set ${name}=VALUE`
      problems.push(problem(document.keyPlaceOf(path), `variable "${name}" has no value`, hint))
      values.set(name, undefined)
    } else if (typeof given === 'string' || typeof given === 'number' || typeof given === 'boolean') {
      const report = (fault: Fault) => problems.push(...faultProblem(fault, document.placeOf(path), names, values))
      values.set(name, replace(String(given), values, report))
    } else {
      values.set(name, undefined)
    }
  }
  return { values, problems }
}

/** For a variable without a value, only the declaration is reported. */
type Fault =
  | { readonly kind: 'unclosed' }
  | { readonly kind: 'valueless' }
  | { readonly kind: 'undeclared'; readonly name: string }

function replace(text: string, values: Values, report: (fault: Fault) => void): string {
  return text.replace(/\$(\$\{)|\$\{([^}]*)(\}?)/g, (_, escaped: string | undefined, name = '', end = ''): string => {
    if (escaped !== undefined) return escaped
    if (end === '') report({ kind: 'unclosed' })
    else if (!values.has(name)) report({ kind: 'undeclared', name })
    else if (values.get(name) === undefined) report({ kind: 'valueless' })
    return values.get(name) ?? ''
  })
}

function faultProblem(fault: Fault, place: Place, names: Iterable<string>, above?: Values): Problem[] {
  if (fault.kind === 'valueless') return []
  if (fault.kind === 'unclosed') {
    return [
      problem(
        place,
        'a variable lacks its closing brace',
        'a dollar sign before a brace is written twice to mean itself',
      ),
    ]
  }
  const declared = [...names]
  if (above !== undefined && declared.includes(fault.name)) {
    return [problem(place, `variable "${fault.name}" stands below and cannot be used here`, 'declare it first')]
  }
  const hint = didYouMean(fault.name, declared) ?? 'declare it in spec.variables'
  return [problem(place, `variable "${fault.name}" is not declared`, hint)]
}

function problem(place: Place, message: string, hint?: string): Problem {
  return { severity: 'error', message, place, ...(hint !== undefined && { hint }) }
}
