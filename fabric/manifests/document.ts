import { type Document, parseAllDocuments } from 'yaml'
import type { Locate } from '../../policy/field.ts'
import type { Place, Problem } from '../../policy/types.ts'
import { offsetOf, placesIn } from './places.ts'
import { documentSegments, itemSegments, type Segment } from './segments.ts'

export interface InputText {
  readonly file: string
  readonly text: string
}

/** One YAML or JSON document as plain data, with the places of its parts. */
export interface TextDocument {
  readonly value: unknown
  readonly at: Locate
}

/** Aliases that a document may expand to; a bomb of nested aliases has millions. */
const maxAliases = 10_000
const maxProblems = 20

/** YAML 1.1 as Kubernetes reads it (`yes` is a boolean), less the types that its reader leaves as strings (dates, base 60). */
const unknownTags = ['timestamp', 'omap', 'pairs', 'set', 'binary'].map((name) => `tag:yaml.org,2002:${name}`)

/** One document is parsed in memory as a whole. */
const maxDocumentLength = 16 * 1024 * 1024

/**
 * Parses a text document by document; broken syntax, duplicate keys and alias bombs become problems and the document is left out.
 * Of a text one part alone stays parsed, the one that was last read or asked for a place: `at` parses another one again.
 */
export function* parseDocuments({ file, text }: InputText, problems: Problem[]): Generator<TextDocument> {
  const source: Source = { placeAt: placesIn(text, file), parsed: keepingLast(({ text: part }) => parse(part)) }
  for (const segment of documentSegments(text)) {
    const items = hasAnchors(segment) ? undefined : itemSegments(segment)
    for (const part of items ?? [segment]) yield* parseSegment(part, source, problems)
  }
}

type PlaceAt = (offset: number) => Place
type Parsed = Document.Parsed[] | { readonly fault: string }

interface Source {
  readonly placeAt: PlaceAt
  readonly parsed: (segment: Segment) => Parsed
}

/** Remembers the last answer: a list in one document is asked for the places of all that was found in it. */
function keepingLast<K, V>(find: (key: K) => V): (key: K) => V {
  let last: { readonly key: K; readonly value: V } | undefined
  return (key) => {
    if (last?.key !== key) {
      // Two of them do not fit into memory where one is at its limit.
      last = undefined
      last = { key, value: find(key) }
    }
    return last.value
  }
}

function* parseSegment(segment: Segment, source: Source, problems: Problem[]): Generator<TextDocument> {
  const placeIn: PlaceAt = (offset) => source.placeAt(segment.offset + offset)
  if (segment.text.length > maxDocumentLength) {
    const hint = 'kubectl get -o yaml prints a list that can be read item by item'
    problems.push({ severity: 'error', message: 'one document of more than 16 MiB', hint, place: placeIn(0) })
    return
  }
  const parsed = source.parsed(segment)
  if (!Array.isArray(parsed)) {
    problems.push({ severity: 'error', message: parsed.fault, place: placeIn(0) })
    return
  }
  for (const [index, document] of parsed.entries()) {
    const value = plainValue(document, placeIn, problems)
    const locate: Locate = (path, part = 'value') => {
      const again = source.parsed(segment)
      const own = Array.isArray(again) ? again[index] : undefined
      return placeIn(own === undefined ? 0 : offsetOf(own, segment.isItem ? [0, ...path] : path, part))
    }
    const item: unknown = segment.isItem && Array.isArray(value) ? value[0] : value
    if (item !== null && item !== undefined) yield { value: item, at: locate }
  }
}

function parse(text: string): Parsed {
  try {
    const documents = parseAllDocuments(text, {
      version: '1.1',
      prettyErrors: false,
      logLevel: 'silent',
      customTags: (tags) =>
        tags.filter((tag) => typeof tag === 'string' || (!unknownTags.includes(tag.tag) && tag.format !== 'TIME')),
    })
    return Array.isArray(documents) ? documents : []
  } catch (error) {
    return { fault: faultOf(error) }
  }
}

/** Items of a list with anchors may use those of others: such a list is parsed as a whole. */
function hasAnchors({ text }: Segment): boolean {
  return /([-:?,]\s+|[[{]\s*)&\w/.test(text)
}

function plainValue(document: Document.Parsed, placeAt: PlaceAt, problems: Problem[]): unknown {
  for (const error of document.errors.slice(0, maxProblems)) {
    const hint = hintFor(error.code, error.message)
    problems.push({
      severity: 'error',
      message: `YAML: ${error.message}`,
      place: placeAt(error.pos[0]),
      ...(hint === undefined ? {} : { hint }),
    })
  }
  if (document.errors.length > 0 || document.contents === null) return undefined
  try {
    return document.toJS({ maxAliasCount: maxAliases }) as unknown
  } catch (error) {
    problems.push({ severity: 'error', message: faultOf(error), place: placeAt(document.range[0]) })
    return undefined
  }
}

function hintFor(code: string, message: string): string | undefined {
  if (code === 'DUPLICATE_KEY') return 'keep one of the two: the API server refuses both'
  if (code === 'TAB_AS_INDENT' || message.includes('Tabs are not allowed')) return 'indent with spaces'
  return undefined
}

function faultOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  if (message.startsWith('Excessive alias count')) return 'YAML: aliases expand to far too much data: an alias bomb'
  if (error instanceof RangeError) return 'YAML: nested too deeply'
  return `YAML: ${message}`
}
