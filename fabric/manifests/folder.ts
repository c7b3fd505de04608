import { join, normalize, relative } from 'node:path'
import { suggest } from '../../policy/suggest.ts'
import type { Problem } from '../../policy/types.ts'
import type { InputText } from './document.ts'
import { type Kustomization, kustomizationNames, readKustomization } from './kustomizations.ts'
import type { Reader } from './reader.ts'

/** The part of a file system that reads manifests. */
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

const extensions = /\.(ya?ml|json)$/i

/** A file to read; `-` for standard input. */
export type File = Omit<InputText, 'text'>

export interface Search {
  readonly io: ManifestIo
  readonly reader: Reader
  readonly problems: Problem[]
  readonly isExcluded: (path: string) => boolean
  /** The text of a file in a folder; undefined, with a problem, if it cannot be read. */
  readonly readText: (file: string) => Promise<string | undefined>
}

interface Found {
  readonly files: readonly File[]
  readonly kustomizations: readonly Kustomization[]
}

/** The files of a path: the file itself, or all files below the folder with a known extension. */
export async function filesOf(path: string, search: Search): Promise<Found> {
  const { io, problems } = search
  const none: Found = { files: [], kustomizations: [] }
  if (/^https?:\/\//.test(path)) {
    const hint = `curl -fsSL ${path} | crosscheck … -f -`
    problems.push({ severity: 'error', message: `${path}: manifests are read from files, not from the network`, hint })
    return none
  }
  try {
    if (!(await io.stat(path)).isDirectory()) return { ...none, files: [{ file: normalize(path) }] }
    const root = normalize(path)
    // A pattern may match the path as written, or relative to the folder.
    const isExcluded = (file: string) => search.isExcluded(file) || search.isExcluded(relative(root, file))
    const found = await filesUnder(root, { ...search, isExcluded })
    if (found.files.length === 0) {
      problems.push({ severity: 'error', message: `${path}: no *.yaml, *.yml or *.json in this folder` })
    }
    const parts = new Set(found.kustomizations.flatMap((each) => each.parts))
    const files = found.files.map((file) => (parts.has(file.file) ? ({ ...file, role: 'part' } as const) : file))
    return { files, kustomizations: found.kustomizations }
  } catch (error) {
    problems.push(await unreadable(path, io, error))
    return none
  }
}

/** `inTemplates`: below the folder `templates` of a chart. */
async function filesUnder(folder: string, search: Search, inTemplates = false): Promise<Found> {
  const files: File[] = []
  const kustomizations: Kustomization[] = []
  const entries = (await search.io.readdir(folder)).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const isChart = entries.some(({ name }) => name === 'Chart.yaml')
  for (const entry of entries.filter(({ name }) => !name.startsWith('.') && name !== 'node_modules')) {
    const path = join(folder, entry.name)
    if (search.isExcluded(path)) continue
    if (!entry.isDirectory() && kustomizationNames.includes(entry.name)) {
      kustomizations.push(readKustomization(path, (await search.readText(path)) ?? '', search.reader))
    } else if (entry.isDirectory()) {
      const below = await filesUnder(path, search, inTemplates || (isChart && entry.name === 'templates'))
      files.push(...below.files)
      kustomizations.push(...below.kustomizations)
    } else if (extensions.test(entry.name) && !(await isLinkedFolder(path, entry, search.io))) {
      files.push({ file: path, found: true, role: inTemplates ? 'template' : undefined })
    }
  }
  return { files, kustomizations }
}

/** A link to a folder, or a broken link. */
async function isLinkedFolder(path: string, entry: FolderEntry, io: ManifestIo): Promise<boolean> {
  if (!entry.isSymbolicLink()) return false
  const target = await io.stat(path).catch(() => undefined)
  return target === undefined || target.isDirectory()
}

/** The problem of a path that cannot be read. */
export async function unreadable(path: string, io: ManifestIo, error: unknown): Promise<Problem> {
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
