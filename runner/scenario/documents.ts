import { LineCounter, parseAllDocuments, type Document as YamlDocument } from 'yaml'
import type { Place, Problem } from '../../policy/types.ts'
import { findKey, findNode, type Path } from './nodes.ts'
import { fixStructure, maxAliasCount } from './structure.ts'

/** One YAML document as plain data, with the places in the text. */
export interface Document {
  readonly value: unknown
  readonly place: Place
  /** The place of the value at this path, or of the nearest enclosing value. */
  readonly placeOf: (path: Path) => Place
  /** The place of the last key of this path. */
  readonly keyPlaceOf: (path: Path) => Place
  /** Duplicate keys. The value contains the content of both. */
  readonly faults: readonly Problem[]
}

export interface Documents {
  readonly documents: readonly Document[]
  readonly problems: readonly Problem[]
}

/** Maximum length of a text, in characters. Its tree takes about 150 times as much memory. */
const maxLength = 4 * 1024 * 1024

/** All documents of a YAML text, without empty ones. Never throws, whatever the text is. */
export function readDocuments(text: string, file: string): Documents {
  try {
    return readTrees(text, file)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return failure({ file, line: 1, column: 1 }, 'the YAML is nested too deeply')
  }
}

function readTrees(text: string, file: string): Documents {
  if (text.length > maxLength) {
    const message = `the YAML is larger than ${maxLength / 1024 / 1024} MiB`
    return failure({ file, line: 1, column: 1 }, message, 'use lists in from and to, or a matrix, or split the file')
  }
  const lines = new LineCounter()
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { file, line, column: col }
  }
  const parsed = parseAllDocuments(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: 'silent',
  })
  if ('empty' in parsed) return { documents: [], problems: [] }
  const results = parsed
    .filter((tree) => tree.errors.length > 0 || tree.contents !== null)
    .map((tree) => readOne(tree, placeAt))
  return {
    documents: results.flatMap((result) => result.documents),
    problems: results.flatMap((result) => result.problems),
  }
}

function readOne(tree: YamlDocument, placeAt: (offset: number) => Place): Documents {
  if (tree.errors.length > 0) return { documents: [], problems: syntaxProblems(tree, placeAt) }
  const { problems, duplicates: faults } = fixStructure(tree, placeAt)
  if (problems.length > 0) return { documents: [], problems: [...problems, ...faults] }
  const place = placeAt(tree.contents?.range?.[0] ?? 0)
  try {
    const value: unknown = tree.toJS({ maxAliasCount })
    const placeOf = (path: Path) => placeAt(findNode(tree, path)?.range?.[0] ?? 0)
    const keyPlaceOf = (path: Path) => placeAt((findKey(tree, path) ?? findNode(tree, path))?.range?.[0] ?? 0)
    return { documents: [{ value, place, placeOf, keyPlaceOf, faults }], problems: [] }
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error
    if (faults.length > 0) return { documents: [], problems: faults }
    return failure(place, 'its aliases would expand to too much')
  }
}

/** One problem per line. What follows a broken token is rarely a separate mistake. */
function syntaxProblems(tree: YamlDocument, placeAt: (offset: number) => Place): Problem[] {
  if (tree.errors.some(({ message }) => message.includes('call stack'))) throw new RangeError('nested too deeply')
  const byLine = new Map<number, Problem>()
  for (const { message, pos } of tree.errors) {
    const place = placeAt(pos[0])
    if (!byLine.has(place.line)) byLine.set(place.line, { severity: 'error', message: `YAML: ${message}`, place })
  }
  return [...byLine.values()]
}

function failure(place: Place, message: string, hint?: string): Documents {
  return { documents: [], problems: [{ severity: 'error', message, place, ...(hint !== undefined && { hint }) }] }
}
