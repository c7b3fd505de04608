import type { Remains } from './dropped-keys.ts'
import { type Field, field, isAbsent, isObject, itemsIn, pathTo, report } from './field.ts'
import { didYouMean } from './suggest.ts'

/**
 * Returns the fields of an object by key. Absent and null count as empty. Another type also counts as empty and is reported as a problem.
 */
export function entries(of: Field): readonly (readonly [string, Field])[] {
  if (isAbsent(of)) return []
  if (!isObject(of.value)) {
    report(of, { message: `expected an object, got ${typeName(of.value)}` })
    return []
  }
  return Object.keys(of.value).map((key) => [key, field(of, key)] as const)
}

/** Returns the items of a list. Absent and null count as empty. Another type also counts as empty and is reported as a problem. */
export function items(of: Field): readonly Field[] {
  if (isAbsent(of)) return []
  if (!Array.isArray(of.value)) {
    report(of, { message: `expected a list, got ${typeName(of.value)}`, hint: 'begin each item with "- "' })
    return []
  }
  return itemsIn(of)
}

/** Caches the result of decoding a value that many objects share, unless decoding reports a problem. */
export function readOnce<T>(read: (of: Field) => T): (of: Field) => T {
  const known = new WeakMap<object, T>()
  return (of) => {
    if (typeof of.value !== 'object' || of.value === null) return read(of)
    const found = known.get(of.value)
    if (found !== undefined) return found
    const { problems } = of.source
    const before = problems.length
    const result = read(of)
    if (problems.length === before) known.set(of.value, result)
    return result
  }
}

/** Decodes a string. Absent is not a problem. Another type is a decode error, as in the API server (docs/semantics.md, rule 26). */
export function text(of: Field): string | undefined {
  if (isAbsent(of)) return undefined
  if (typeof of.value === 'string') return of.value
  report(of, { message: `expected a string, got ${typeName(of.value)}`, hint: quoteHint(of) })
  return undefined
}

/** Decodes an integer. Absent is not a problem. */
export function integer(of: Field): number | undefined {
  if (isAbsent(of)) return undefined
  if (typeof of.value === 'number' && Number.isSafeInteger(of.value)) return of.value
  const digits = typeof of.value === 'string' && /^\d+$/.test(of.value)
  const hint = digits ? `write ${of.value} without quotes` : undefined
  report(of, { message: `expected a whole number, got ${typeName(of.value)}`, hint })
  return undefined
}

/** Decodes a boolean. Absent is not a problem. */
export function flag(of: Field): boolean | undefined {
  if (isAbsent(of)) return undefined
  if (typeof of.value === 'boolean') return of.value
  report(of, { message: `expected true or false, got ${typeName(of.value)}` })
  return undefined
}

/** Decodes one of a closed set of values, compared case-sensitively as the API server does. Absent is not a problem. */
export function oneOf<T extends string>(of: Field, allowed: readonly T[]): T | undefined {
  const word = text(of)
  if (word === undefined) return undefined
  const found = allowed.find((candidate) => candidate === word)
  if (found !== undefined) return found
  const message = `Unsupported value: ${JSON.stringify(word)}: supported values: ${allowed.join(', ')}`
  report(of, { message, hint: didYouMean(word, allowed) })
  return undefined
}

export interface UnknownKeys {
  readonly hintFor?: (key: string) => string | undefined
  /** Describes how the API server treats the rest of the object when no client validates strictly. */
  readonly remains?: Remains
}

/** Reports each unknown key, as the strict field validation of kubectl does. */
export function refuseUnknownKeys(of: Field, known: readonly string[], { hintFor, remains }: UnknownKeys = {}) {
  if (!isObject(of.value)) return
  for (const key of Object.keys(of.value)) {
    if (known.includes(key)) continue
    const hint = hintFor?.(key) ?? didYouMean(key, known) ?? `known here: ${known.join(', ')}`
    const rest = remains?.(key, of)
    const effect =
      rest === undefined ? '' : `: kubectl refuses it; without strict validation it is dropped, and ${rest}`
    report(field(of, key), { message: `unknown field ${JSON.stringify(key)}${effect}`, hint, part: 'key' })
  }
}

/** The YAML name of a value's type. Scalars are shown with their value. */
export function typeName(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'an object'
  if (typeof value === 'string') return `the string ${JSON.stringify(shorten(value))}`
  return `the ${typeof value} ${value as number | boolean}`
}

/** Kubernetes reads YAML 1.1, where more words than true and false are booleans. */
function quoteHint(of: Field): string | undefined {
  const { value } = of
  const written = of.source.at.written?.(pathTo(of))
  if (typeof value === 'number') return `write "${written ?? value}" with quotes: YAML reads it as a number otherwise`
  if (typeof value !== 'boolean') return undefined
  const text = written === undefined ? 'it' : `"${written}"`
  return `write ${text} with quotes: YAML reads true, false, yes, no, on, off, y and n as booleans otherwise`
}

function shorten(value: string): string {
  return value.length <= 80 ? value : `${value.slice(0, 80)}…`
}
