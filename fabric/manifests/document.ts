import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
} from 'yaml'
import type { Locate, Path } from '../../policy/field.ts'
import type { Place, Problem } from '../../policy/types.ts'

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

/** Parses every document of a text; broken syntax, duplicate keys and alias bombs become problems and the document is left out. */
export function parseDocuments({ file, text }: InputText, problems: Problem[]): readonly TextDocument[] {
  const counter = new LineCounter()
  const placeAt = (offset: number): Place => {
    const { line, col } = counter.linePos(offset)
    return { file, line: Math.max(1, line), column: Math.max(1, col) }
  }
  try {
    const documents = parseAllDocuments(text, {
      lineCounter: counter,
      version: '1.1',
      prettyErrors: false,
      logLevel: 'silent',
      customTags: (tags) =>
        tags.filter((tag) => typeof tag === 'string' || (!unknownTags.includes(tag.tag) && tag.format !== 'TIME')),
    })
    return Array.isArray(documents) ? documents.flatMap((document) => read(document, placeAt, problems)) : []
  } catch (error) {
    problems.push({ severity: 'error', message: faultOf(error), place: placeAt(0) })
    return []
  }
}

function read(document: Document.Parsed, placeAt: (offset: number) => Place, problems: Problem[]): TextDocument[] {
  for (const error of document.errors.slice(0, maxProblems)) {
    const hint = hintFor(error.code, error.message)
    problems.push({
      severity: 'error',
      message: `YAML: ${error.message}`,
      place: placeAt(error.pos[0]),
      ...(hint === undefined ? {} : { hint }),
    })
  }
  if (document.errors.length > 0 || document.contents === null) return []
  try {
    const value: unknown = document.toJS({ maxAliasCount: maxAliases })
    return value === null || value === undefined ? [] : [{ value, at: locateIn(document, placeAt) }]
  } catch (error) {
    problems.push({ severity: 'error', message: faultOf(error), place: placeAt(document.range[0]) })
    return []
  }
}

function locateIn(document: Document.Parsed, placeAt: (offset: number) => Place): Locate {
  return (path, part = 'value') => placeAt(offsetOf(document, path, part))
}

/** A scalar's own offset; a map's or list's is its key's, where people look for it. */
function offsetOf(document: Document.Parsed, path: Path, part: 'key' | 'value'): number {
  let node: unknown = document.contents
  let offset = startOf(node) ?? 0
  for (const [depth, step] of path.entries()) {
    const container: unknown = isAlias(node) ? node.resolve(document) : node
    const pair = isMap(container) ? container.items.find(({ key }) => keyText(key) === String(step)) : undefined
    const item: unknown = isSeq(container) && typeof step === 'number' ? container.items[step] : undefined
    if (pair === undefined && item === undefined) return offset
    const wantsKey = part === 'key' && depth === path.length - 1
    offset = pair === undefined ? (startOf(item) ?? offset) : (offsetOfPair(pair, wantsKey) ?? offset)
    node = pair === undefined ? item : pair.value
  }
  return offset
}

function offsetOfPair({ key, value }: Pair<unknown, unknown>, wantsKey: boolean): number | undefined {
  const ownPlace = isScalar(value) && value.value !== null
  return (wantsKey || !ownPlace ? undefined : startOf(value)) ?? startOf(key)
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0]
}

function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value) : String(key)
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
