import { isUtf8 } from 'node:buffer'
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import type { Problem } from '../../policy/types.ts'
import type { InputText } from './document.ts'
import { type File, filesOf, type ManifestIo, type Search, unreadable } from './folder.ts'
import { createGlob } from './glob.ts'
import type { Kustomization } from './kustomizations.ts'
import { mayBeManifest, type PassedOver } from './passed-over.ts'
import { type Loaded, maxInputBytes, type ReadOptions, readManifests, tooLarge } from './read.ts'
import { createReader } from './reader.ts'

/** Node's file system, with the given standard input. */
export function fileSystem(stdin: AsyncIterable<Uint8Array>): ManifestIo {
  return {
    stat,
    readdir: (path) => readdir(path, { withFileTypes: true }),
    open: (path) => createReadStream(path),
    stdin,
  }
}

export interface LoadOptions extends ReadOptions {
  /** Patterns of files and folders to skip below the named folders. */
  readonly exclude?: readonly string[] | undefined
}

/**
 * Reads files, folders (recursive: *.yaml, *.yml, *.json; skips dot files, linked folders and node_modules) and `-` for
 * standard input. Other contents of a folder are skipped. To load several sets with common documents, pass the same
 * reader.
 */
export async function loadManifests(
  paths: readonly string[],
  io: ManifestIo,
  { exclude = [], reader = createReader(), namespace }: LoadOptions = {},
): Promise<Loaded> {
  const problems: Problem[] = []
  const files = new Map<string, File>()
  const kustomizations = new Map<string, Kustomization>()
  const search: Search = {
    io,
    reader,
    problems,
    isExcluded: excludes(exclude),
    readText: async (file) => {
      const text = await readText({ file, found: true }, io, problems)
      return typeof text === 'string' ? text : undefined
    },
  }
  for (const path of paths) {
    const found = path === '-' ? { files: [{ file: '-' }], kustomizations: [] } : await filesOf(path, search)
    for (const each of found.files) if (!files.has(each.file) || each.found !== true) files.set(each.file, each)
    for (const each of found.kustomizations) kustomizations.set(each.file, each)
  }
  const inputs: InputText[] = []
  const passedOver: PassedOver[] = []
  for (const file of files.values()) {
    const text = await readText(file, io, problems)
    if (typeof text === 'string') inputs.push({ ...file, file: nameOf(file), text })
    else if (text !== undefined) passedOver.push(text)
  }
  const read = readManifests(inputs, { reader, namespace, kustomizations: [...kustomizations.values()] })
  return {
    objects: read.objects,
    problems: [...problems, ...read.problems],
    passedOver: [...passedOver, ...read.passedOver].toSorted((x, y) => (x.file < y.file ? -1 : 1)),
    unreadable: [...problems.flatMap(({ place }) => place?.file ?? []), ...read.unreadable],
    found: read.found,
    kustomizations: read.kustomizations,
  }
}

/** The text; or that the file is skipped; or undefined, with a problem. */
async function readText(input: File, io: ManifestIo, problems: Problem[]): Promise<string | PassedOver | undefined> {
  const { file, found = false } = input
  const place = { file: nameOf(input), line: 1, column: 1 }
  try {
    const bytes = await readBounded(file, io)
    if (found && !(await isReadable(bytes, file, io))) return { file, why: 'no-object', hides: false }
    if (typeof bytes === 'number') {
      problems.push({ severity: 'error', message: tooLarge(bytes), place })
      return undefined
    }
    return new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes)
  } catch (error) {
    const notText = error instanceof TypeError
    problems.push(
      notText
        ? { severity: 'error', message: 'this is no UTF-8 text', hint: 'save it as UTF-8', place }
        : await unreadable(file, io, error),
    )
    return undefined
  }
}

/** UTF-8, or UTF-16 if the text starts with its byte order mark, as YAML requires. */
function encodingOf(bytes: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8'
}

function nameOf({ file }: File): string {
  return file === '-' ? '<stdin>' : file
}

function excludes(patterns: readonly string[]): (path: string) => boolean {
  const globs = patterns.map(createGlob)
  return (path) => globs.some((matches) => matches(path))
}

/** Whether the content of a file in a folder is text within the size limit, or starts like a manifest. */
async function isReadable(content: Uint8Array | number, file: string, io: ManifestIo): Promise<boolean> {
  if (typeof content !== 'number') {
    if (encodingOf(content) !== 'utf-8' || (isUtf8(content) && !content.includes(0))) return true
  }
  for await (const first of typeof content === 'number' ? io.open(file) : [content])
    return mayBeManifest(Buffer.from(first).toString('latin1').replaceAll('\0', ''))
  return false
}

/** The content, or its size if it is too large. A regular file is measured first, a stream is cut off. */
async function readBounded(file: string, io: ManifestIo): Promise<Uint8Array | number> {
  if (file !== '-') {
    const { size } = await io.stat(file)
    if (size > maxInputBytes) return size
  }
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of file === '-' ? io.stdin : io.open(file)) {
    size += chunk.byteLength
    if (size > maxInputBytes) return Infinity
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
