import type { open, readdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** The functions of node:fs/promises in use. */
export interface FileSystem {
  readonly open: typeof open
  readonly readdir: typeof readdir
  readonly realpath: typeof realpath
  readonly stat: typeof stat
}

/** The largest scenario file, in bytes. */
const maxFileBytes = 32 * 1024 * 1024

/** The text of a file, or a sentence that says why it cannot be read: too large, binary, not UTF-8, not a file. */
export async function readText(path: string, fs: FileSystem): Promise<{ readonly text: string } | string> {
  try {
    await using handle = await fs.open(path)
    const { size } = await handle.stat()
    if (size > maxFileBytes)
      return `the file has ${Math.ceil(size / 1024 / 1024)} MiB, more than ${maxFileBytes / 1024 / 1024}`
    const bytes = await readBounded(handle)
    if (bytes.length > maxFileBytes) return `the file has more than ${maxFileBytes / 1024 / 1024} MiB`
    return decode(bytes)
  } catch (error) {
    return reasonOf(error)
  }
}

async function readBounded(handle: Awaited<ReturnType<typeof open>>): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of handle.createReadStream({ autoClose: false }) as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    length += chunk.length
    if (length > maxFileBytes) break
  }
  return Buffer.concat(chunks)
}

function decode(bytes: Buffer): { readonly text: string } | string {
  if (bytes.subarray(0, 8192).includes(0)) return 'the file is binary, not text in UTF-8'
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }
  } catch {
    return 'the file is not encoded in UTF-8'
  }
}

/** YAML files in a folder and its subfolders, sorted. Hidden ones and node_modules are skipped. */
export async function yamlFiles(folder: string, fs: FileSystem): Promise<readonly string[]> {
  const entries = await fs.readdir(folder, { withFileTypes: true })
  const found = await Promise.all(
    entries.map(async (entry): Promise<readonly string[]> => {
      if (entry.name.startsWith('.') || entry.name === 'node_modules') return []
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return yamlFiles(path, fs)
      return /\.ya?ml$/.test(entry.name) && (entry.isFile() || entry.isSymbolicLink()) ? [path] : []
    }),
  )
  return found.flat().sort()
}

/** A file system error in plain words. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === undefined) throw error
  return reasons[code] ?? message
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  EACCES: 'permission denied',
  EISDIR: 'is a folder, not a file',
  ELOOP: 'a circle of symbolic links',
  ENOTDIR: 'a part of the path is no folder',
}
