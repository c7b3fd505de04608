import type { Locate, Path } from '../../policy/field.ts'
import type { Place, Problem } from '../../policy/types.ts'
import type { Reader } from './reader.ts'
import { documentSegments, itemSegments, type Segment } from './segments.ts'
import { placesIn } from './source-positions.ts'

export interface InputText {
  readonly file: string
  readonly text: string
  /** It was found in a folder, not named by the user. If it contains no object, it is skipped. */
  readonly found?: boolean
  /** The role of the file in its folder: a template of a chart, or a part of a kustomization. */
  readonly role?: 'template' | 'part' | undefined
}

/** One YAML or JSON document as plain data, with the places of its parts. */
export interface TextDocument {
  readonly value: unknown
  readonly at: Locate
}

/** A document is parsed in memory as a whole. */
const maxDocumentLength = 16 * 1024 * 1024

/**
 * Parses a text document by document. Invalid syntax, duplicate keys and alias bombs become problems, and the document
 * is skipped.
 */
export function* parseDocuments(
  { file, text }: InputText,
  problems: Problem[],
  reader: Reader,
): Generator<TextDocument> {
  const source: Source = { placeAt: placesIn(text, file), reader }
  for (const segment of documentSegments(text)) {
    const items = hasAnchors(segment) ? undefined : itemSegments(segment)
    for (const part of items ?? [segment]) yield* parseSegment(part, source, problems)
  }
}

interface Source {
  readonly placeAt: (offset: number) => Place
  readonly reader: Reader
}

function* parseSegment(
  { text, offset, isItem }: Segment,
  { placeAt, reader }: Source,
  problems: Problem[],
): Generator<TextDocument> {
  if (text.length > maxDocumentLength) {
    const hint = 'kubectl get -o yaml prints a list that can be read item by item'
    problems.push({ severity: 'error', message: 'one document of more than 16 MiB', hint, place: placeAt(offset) })
    return
  }
  for (const [index, { value, faults }] of reader.read(text).entries()) {
    for (const { offset: inText, ...fault } of faults)
      problems.push({ severity: 'error', ...fault, place: placeAt(offset + inText) })
    const within = (path: Path) => (isItem ? [0, ...path] : path)
    const locate: Locate = (path, part = 'value') => placeAt(offset + reader.offset(text, index, within(path), part))
    const at = Object.assign(locate, { written: (path: Path) => reader.written(text, index, within(path)) })
    const item: unknown = isItem && Array.isArray(value) ? value[0] : value
    if (item !== null && item !== undefined) yield { value: item, at }
  }
}

/** Items of a list with anchors may refer to each other, so such a list is parsed as a whole. */
function hasAnchors({ text }: Segment): boolean {
  return /([-:?,]\s+|[[{]\s*)&\w/.test(text)
}
