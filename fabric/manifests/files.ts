import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join, normalize } from 'node:path'
import { suggest } from '../../policy/suggest.ts'
import type { Problem } from '../../policy/types.ts'
import type { InputText } from './document.ts'
import { type Manifests, maxInputBytes, readManifests, tooLarge } from './read.ts'
import { createReader, type Reader } from './reader.ts'

/** The part of a file system that manifests are read through. */
export interface ManifestIo {
  stat(path: string): Promise<{ isFile(): boolean; isDirectory(): boolean; readonly size: number }>
  readdir(path: string): Promise<readonly FolderEntry[]>
  open(path: string): AsyncIterable<Uint8Array>
  readonly stdin: AsyncIterable<Uint8Array>
}

export interface FolderEntry {
  readonly name: string
  isDirectory(): boolean
  isSymbolicLink(): boolean
}

/** Node's file system, with the given standard input. */
export function fileSystem(stdin: AsyncIterable<Uint8Array>): ManifestIo {
  return {
    stat,
    readdir: (path) => readdir(path, { withFileTypes: true }),
    open: (path) => createReadStream(path),
    stdin,
  }
}

const extensions = /\.(ya?ml|json)$/i
const kustomizations = ['kustomization.yaml', 'kustomization.yml', 'Kustomization']

/**
 * Reads files, folders (recursive: *.yaml, *.yml, *.json; dot files and linked folders are passed over) and `-` for standard input;
 * who loads several sets that have documents in common gives them one reader.
 */
export async function loadManifests(
  paths: readonly string[],
  io: ManifestIo,
  reader: Reader = createReader(),
): Promise<Manifests> {
  const problems: Problem[] = []
  const inputs: InputText[] = []
  const files: string[] = []
  for (const path of paths) files.push(...(path === '-' ? ['-'] : await filesOf(path, io, problems)))
  for (const file of new Set(files)) {
    const text = await readText(file, io, problems)
    if (text !== undefined) inputs.push({ file: file === '-' ? '<stdin>' : file, text })
  }
  const read = readManifests(inputs, reader)
  return { objects: read.objects, problems: [...problems, ...read.problems] }
}

async function filesOf(path: string, io: ManifestIo, problems: Problem[]): Promise<string[]> {
  if (/^https?:\/\//.test(path)) {
    const hint = `curl -fsSL ${path} | crosscheck … -f -`
    problems.push({ severity: 'error', message: `${path}: manifests are read from files, not from the network`, hint })
    return []
  }
  try {
    if (!(await io.stat(path)).isDirectory()) return [normalize(path)]
    const files = await filesUnder(path, io, problems)
    if (files.length === 0) {
      problems.push({ severity: 'error', message: `${path}: no *.yaml, *.yml or *.json in this folder` })
    }
    return files
  } catch (error) {
    problems.push(await unreadable(path, io, error))
    return []
  }
}

async function filesUnder(folder: string, io: ManifestIo, problems: Problem[]): Promise<string[]> {
  const files: string[] = []
  const entries = (await io.readdir(folder)).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  for (const entry of entries.filter(({ name }) => !name.startsWith('.'))) {
    const path = join(folder, entry.name)
    if (kustomizations.includes(entry.name)) {
      const message = `${path}: passed over; give the output of kubectl kustomize, or use -k ${folder}`
      problems.push({ severity: 'warning', message })
    } else if (entry.isDirectory()) files.push(...(await filesUnder(path, io, problems)))
    else if (extensions.test(entry.name) && !(await isLinkedFolder(path, entry, io))) files.push(path)
  }
  return files
}

async function isLinkedFolder(path: string, entry: FolderEntry, io: ManifestIo): Promise<boolean> {
  return entry.isSymbolicLink() && (await io.stat(path)).isDirectory()
}

async function readText(file: string, io: ManifestIo, problems: Problem[]): Promise<string | undefined> {
  const place = { file: file === '-' ? '<stdin>' : file, line: 1, column: 1 }
  try {
    const bytes = await readBounded(file, io)
    if (typeof bytes === 'number') {
      problems.push({ severity: 'error', message: tooLarge(bytes), place })
      return undefined
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
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

/** The content, or its size where it is too large: a regular file is measured first, a stream is cut off. */
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

async function unreadable(path: string, io: ManifestIo, error: unknown): Promise<Problem> {
  const code = (error as NodeJS.ErrnoException).code
  if (code !== 'ENOENT')
    return { severity: 'error', message: `${path}: cannot be read: ${String((error as Error).message)}` }
  const folder = join(path, '..')
  const near = suggest(
    path.slice(path.lastIndexOf('/') + 1),
    (await io.readdir(folder).catch(() => [])).map(({ name }) => name),
  )
  const message = `${path}: no such file or folder`
  return { severity: 'error', message, ...(near === undefined ? {} : { hint: `did you mean ${join(folder, near)}?` }) }
}
