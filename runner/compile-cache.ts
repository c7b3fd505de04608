import { existsSync, lstatSync, mkdirSync } from 'node:fs'
import { enableCompileCache, getCompileCacheDir } from 'node:module'
import { join } from 'node:path'

export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly temporaryFolder: string
  /** Whose files are trusted; undefined where files have no owner, and the temporary folder is nobody else's. */
  readonly user: number | undefined
}

/**
 * Has Node keep what V8 compiles from now on, for the next start: in the folder of NODE_COMPILE_CACHE, else in one of this user's own. By itself Node takes what lies in
 * `node-compile-cache` below the temporary folder, whoever put it there, and runs it. Where nothing can be kept nothing is. Never throws.
 */
export function keepCompiled(surroundings: Surroundings): void {
  if (getCompileCacheDir() !== undefined) return
  const folder = ownFolder(surroundings)
  if (folder !== undefined) enableCompileCache(folder)
}

/** The folder, made if need be; none where it is not this user's alone, where Node's cache is switched off, or where coverage asks for code that was compiled just now. */
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
