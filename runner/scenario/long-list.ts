import type { Place, Problem } from '../../policy/types.ts'
import type { Document, Documents } from './documents.ts'
import type { Path } from './nodes.ts'
import { readSimpleItems } from './simple-items.ts'

/** A text whose `spec.paths` stands apart, because a tree of 100,000 paths would take most of a gigabyte. */
export interface Cut {
  readonly file: string
  /** The text with an empty list in place of the paths. */
  readonly outline: string
  /** Line of the key `paths`, and how many lines were taken out after it. */
  readonly line: number
  readonly taken: number
  readonly indent: string
  readonly parts: readonly Part[]
}

interface Part {
  readonly text: string
  readonly firstLine: number
}

type ReadTree = (text: string, firstLine: number) => Documents

/** Texts below this length are parsed whole. */
const shortText = 256 * 1024
const partLength = 64 * 1024

/**
 * Takes a long block list under an indented key `paths` out of a text; undefined when there is none or it has anchors or aliases.
 * Sound by YAML's indentation (YAML 1.2.2, 8.2.1): inside a block list, a line indented as its first `- ` begins an item,
 * and whatever belongs to an item is indented further.
 */
export function cutPaths(text: string, file: string): Cut | undefined {
  if (text.length < shortText) return undefined
  const lines = text.split('\n')
  const at = lines.findIndex((line, index) => /^ +paths:\s*$/.test(line) && /^ *- /.test(lines[index + 1] ?? ''))
  const indent = /^ */.exec(lines[at + 1] ?? '')?.[0] ?? ''
  if (at < 0 || indent === '') return undefined
  const item = `${indent}- `
  const inner = `${indent} `
  const belongs = (line: string) => line.startsWith(item) || line.startsWith(inner) || /^\s*(?:#.*)?$/.test(line)
  let end = at + 1
  while (end < lines.length && belongs(lines[end] ?? '')) end++
  const block = lines.slice(at + 1, end)
  if (block.some((line) => /(?:^|[\s[{,])[&*]\S/.test(line))) return undefined
  const key = `${lines[at]?.trimEnd()} []`
  const outline = [...lines.slice(0, at), key, ...lines.slice(end)].join('\n')
  return { file, outline, line: at + 1, taken: block.length, indent, parts: partsOf(block, item, at + 2) }
}

function partsOf(block: readonly string[], item: string, firstLine: number): Part[] {
  const parts: Part[] = []
  let begin = 0
  let length = 0
  block.forEach((line, index) => {
    if (length > partLength && line.startsWith(item)) {
      parts.push({ text: block.slice(begin, index).join('\n'), firstLine: firstLine + begin })
      begin = index
      length = 0
    }
    length += line.length + 1
  })
  return [...parts, { text: block.slice(begin).join('\n'), firstLine: firstLine + begin }]
}

/** Reads what was cut, part by part, as if it had been one tree; undefined when the key was not `spec.paths` after all. */
export function readCut(cut: Cut, readTree: ReadTree): Documents | undefined {
  const outline = readTree(cut.outline, 1)
  const home = outline.documents.find((document) => isHome(document, cut))
  if (home === undefined && outline.problems.length === 0) return undefined
  const shifted = (place: Place): Place => (place.line > cut.line ? { ...place, line: place.line + cut.taken } : place)
  const { paths, places, begins, faults, problems: found } = readParts(cut, readTree)
  const moved = (one: Problem): Problem => ({ ...one, ...(one.place && { place: shifted(one.place) }) })
  const problems = [...outline.problems.map(moved), ...found]
  if (problems.length > 0) return { documents: [], problems }
  const partOf = lastOf((number: number) => {
    const { text, firstLine } = cut.parts[number] as Part
    return readTree(text, firstLine).documents[0] as Document
  })
  const locate =
    (document: Document, find: 'placeOf' | 'keyPlaceOf') =>
    (path: Path): Place => {
      const index = Number(path[2])
      const place = places[index]
      const ours = document === home && path[0] === 'spec' && path[1] === 'paths'
      if (!ours || place === undefined) return shifted(document[find](path))
      if (path.length === 3) return place
      const number = begins.findLastIndex((begin) => begin <= index)
      return partOf(number)[find]([index - (begins[number] ?? 0), ...path.slice(3)])
    }
  const documents = outline.documents.map(
    (document): Document => ({
      value: document === home ? withPaths(document.value, paths) : document.value,
      place: shifted(document.place),
      placeOf: locate(document, 'placeOf'),
      keyPlaceOf: locate(document, 'keyPlaceOf'),
      faults: [...document.faults.map(moved), ...(document === home ? faults : [])],
    }),
  )
  return { documents, problems }
}

interface Parts {
  readonly paths: readonly unknown[]
  readonly places: readonly Place[]
  /** For each part, the index of its first path. */
  readonly begins: readonly number[]
  readonly faults: readonly Problem[]
  readonly problems: readonly Problem[]
}

function readParts(cut: Cut, readTree: ReadTree): Parts {
  const paths: unknown[] = []
  const places: Place[] = []
  const begins: number[] = []
  const faults: Problem[] = []
  const problems: Problem[] = []
  for (const { text, firstLine } of cut.parts) {
    begins.push(paths.length)
    const simple = readSimpleItems(text, cut.indent)
    if (simple !== undefined) {
      for (const { value, line } of simple) {
        paths.push(value)
        places.push({ file: cut.file, line: firstLine + line, column: cut.indent.length + 3 })
      }
      continue
    }
    const { documents, problems: found } = readTree(text, firstLine)
    problems.push(...found)
    for (const { value, placeOf, faults: own } of documents) {
      faults.push(...own)
      for (const [index, path] of Array.isArray(value) ? value.entries() : []) {
        paths.push(path)
        places.push(placeOf([index]))
      }
    }
  }
  return { paths, places, begins, faults, problems }
}

/** Remembers the last answer: mistakes are told in the order of the file. */
function lastOf(read: (number: number) => Document): (number: number) => Document {
  let last: { readonly number: number; readonly document: Document } | undefined
  return (number) => {
    if (last?.number !== number) last = { number, document: read(number) }
    return last.document
  }
}

interface WithPaths {
  readonly spec: { readonly paths: unknown }
}

function isHome({ value, placeOf }: Document, cut: Cut): boolean {
  const paths = (value as Partial<WithPaths> | null)?.spec?.paths
  return Array.isArray(paths) && paths.length === 0 && placeOf(['spec', 'paths']).line === cut.line
}

function withPaths(value: unknown, paths: readonly unknown[]): unknown {
  const whole = value as WithPaths
  return { ...whole, spec: { ...whole.spec, paths } }
}
