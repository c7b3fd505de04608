import { existsSync, lstatSync, mkdirSync } from 'node:fs'
import { enableCompileCache, getCompileCacheDir } from 'node:module'
import { join } from 'node:path'

export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly temporaryFolder: string
  /** The user whose files are trusted; undefined on systems without file owners, where the temporary folder is private. */
  readonly user: number | undefined
}

/**
 * Enables Node's cache of compiled code for the next start, in the folder of NODE_COMPILE_CACHE or in a private folder of this user. By default Node
 * runs code from `node-compile-cache` in the temporary folder, regardless of who put it there. Without a safe folder nothing is cached. Never throws.
 */
export function keepCompiled(surroundings: Surroundings): void {
  if (getCompileCacheDir() !== undefined) return
  const folder = ownFolder(surroundings)
  if (folder !== undefined) enableCompileCache(folder)
}

/**
 * The cache folder, created if necessary. Undefined if another user owns it or can write to it, if Node's cache is disabled, or if coverage needs
 * freshly compiled code.
 */
export function ownFolder({ environment, temporaryFolder, user }: Surroundings): string | undefined {
  if (environment['NODE_DISABLE_COMPILE_CACHE'] !== undefined || environment['NODE_V8_COVERAGE']) return undefined
  const folder = join(temporaryFolder, `crosscheck-${user ?? 'compiled'}`)
  try {
    if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 })
    const found = lstatSync(folder)
    const isOwn = user === undefined || (found.uid === user && (found.mode & 0o022) === 0)
    return found.isDirectory() && isOwn ? folder : undefined
  } catch {
    return undefined
  }
}
