import { type Document, parseAllDocuments } from 'yaml'
import type { Path } from '../../policy/field.ts'
import { onOneLine } from './flow-collections.ts'
import { offsetOf, writtenAt } from './source-positions.ts'

/** One document of a text as plain data; undefined if it is empty or invalid. Equal texts share it. */
export interface Reading {
  readonly value: unknown
  readonly faults: readonly Fault[]
}

export interface Fault {
  readonly message: string
  readonly hint?: string
  /** Offset in the text. */
  readonly offset: number
}

/** Parses YAML or JSON texts. A text that was parsed before costs nothing, whatever its file. */
export interface Reader {
  readonly read: (text: string) => readonly Reading[]
  /** The offset of a path in the document with this index. */
  readonly offset: (text: string, document: number, path: Path, part: 'key' | 'value') => number
  /** A plain scalar as written in the text. */
  readonly written: (text: string, document: number, path: Path) => string | undefined
}

/** Aliases to which a document may expand. A bomb of nested aliases has millions. */
const maxAliases = 10_000
const maxFaults = 20

/**
 * Characters of the texts that stay parsed for looking up places. A parsed document takes about sixty times the memory
 * of its text, so this is 32 MiB. A longer document is kept alone.
 */
const maxParsed = 512 * 1024

/**
 * YAML 1.1 as Kubernetes reads it (`yes` is a boolean), without the types that its parser leaves as strings (dates,
 * base 60).
 */
const unknownTags = ['timestamp', 'omap', 'pairs', 'set', 'binary'].map((name) => `tag:yaml.org,2002:${name}`)

/** A reader that caches the data of every text, and the places of the last ones. */
export function createReader(): Reader {
  const parsed = keepingLast(parse)
  const known = new Map<string, readonly Reading[]>()
  return {
    read: (text) => {
      const readings = known.get(text) ?? readingsOf(parsed(text))
      known.set(text, readings)
      return readings
    },
    offset: (text, document, path, part) => {
      const own = documentsIn(parsed(text))[document]
      return own === undefined ? 0 : offsetOf(own, path, part)
    },
    written: (text, document, path) => {
      const own = documentsIn(parsed(text))[document]
      return own === undefined ? undefined : writtenAt(own, path)
    },
  }
}

type Parsed = Document.Parsed[] | { readonly fault: string }

/** Caches the results of the last texts. */
function keepingLast(find: (text: string) => Parsed): (text: string) => Parsed {
  const kept = new Map<string, Parsed>()
  let length = 0
  return (text) => {
    const known = kept.get(text)
    if (known !== undefined) return known
    // Frees memory first. If one document is at the limit, two do not fit.
    for (const oldest of kept.keys()) {
      if (length + text.length <= maxParsed) break
      kept.delete(oldest)
      length -= oldest.length
    }
    const found = find(text)
    kept.set(text, found)
    length += text.length
    return found
  }
}

/** Kubernetes' parser is more lenient, so an invalid text is parsed again with its flow collections on one line. */
function parse(text: string): Parsed {
  const parsed = parseText(text)
  if (isFaultless(parsed)) return parsed
  const lenient = parseText(text, onOneLine)
  return isFaultless(lenient) ? lenient : parsed
}

function isFaultless(parsed: Parsed): boolean {
  return Array.isArray(parsed) && parsed.every(({ errors }) => errors.length === 0)
}

function parseText(text: string, prepare: (text: string) => string = (same) => same): Parsed {
  try {
    const documents = parseAllDocuments(prepare(text), {
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

function documentsIn(parsed: Parsed): readonly Document.Parsed[] {
  return Array.isArray(parsed) ? parsed : []
}

function readingsOf(parsed: Parsed): readonly Reading[] {
  if (!Array.isArray(parsed)) return [{ value: undefined, faults: [{ message: parsed.fault, offset: 0 }] }]
  return parsed.map(readingOf)
}

function readingOf(document: Document.Parsed): Reading {
  const faults = document.errors.slice(0, maxFaults).map(({ code, message, pos: [offset] }): Fault => {
    const hint = hintFor(code, message)
    return { message: `YAML: ${message}`, offset, ...(hint === undefined ? {} : { hint }) }
  })
  if (faults.length > 0 || document.contents === null) return { value: undefined, faults }
  try {
    return { value: document.toJS({ maxAliasCount: maxAliases }) as unknown, faults }
  } catch (error) {
    return { value: undefined, faults: [{ message: faultOf(error), offset: document.range[0] }] }
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
