import { lstatSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'

/** What V8 compiled at an earlier start, by the name of the chunk; the name holds a hash of what the chunk says. */
export type Compiled = ReadonlyMap<string, Buffer>

export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly temporaryFolder: string
  /** Whose files are trusted; none where files have no owner. */
  readonly user: number | undefined
}

/**
 * Where compiled code may be kept: a folder of this user's own below the temporary one, or below NODE_COMPILE_CACHE. Nowhere where Node's own cache is switched off
 * (NODE_DISABLE_COMPILE_CACHE), or coverage is measured, which asks for code that was compiled just now.
 */
export function compiledFolder({ environment, temporaryFolder, user }: Surroundings): string | undefined {
  if (environment['NODE_DISABLE_COMPILE_CACHE'] || environment['NODE_V8_COVERAGE']) return undefined
  return join(environment['NODE_COMPILE_CACHE'] || temporaryFolder, `crosscheck-${user ?? 'compiled'}`)
}

/** What was kept under this name; nothing where that is damaged, or may be somebody else's: compiled code is run as it is. Never throws. */
export function readCompiled(folder: string, name: string, user: number | undefined): Compiled {
  try {
    if (!isOwn(folder, user)) return new Map()
    const bytes = readFileSync(join(folder, name))
    const body = bytes.subarray(8)
    if (bytes.readUInt32LE(0) !== crc32(body)) return new Map()
    const start = bytes.readUInt32LE(4)
    const sizes = JSON.parse(body.toString('latin1', 0, start)) as readonly (readonly [chunk: string, size: number])[]
    const compiled = new Map<string, Buffer>()
    let at = start
    for (const [chunk, size] of sizes) {
      compiled.set(chunk, body.subarray(at, at + size))
      at += size
    }
    return compiled
  } catch {
    return new Map()
  }
}

/** Keeps it for the next start, whole or not at all; where that cannot be it is not kept. Never throws. */
export function writeCompiled(folder: string, name: string, user: number | undefined, compiled: Compiled): void {
  const file = join(folder, name)
  const draft = `${file}.${Math.random().toString(36).slice(2)}`
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    if (!isOwn(folder, user)) return
    const head = Buffer.from(JSON.stringify([...compiled].map(([chunk, { length }]) => [chunk, length])))
    const body = Buffer.concat([head, ...compiled.values()])
    const front = Buffer.alloc(8)
    front.writeUInt32LE(crc32(body), 0)
    front.writeUInt32LE(head.length, 4)
    try {
      writeFileSync(draft, Buffer.concat([front, body]), { flag: 'wx', mode: 0o600 })
      renameSync(draft, file)
    } catch {
      rmSync(draft, { force: true })
    }
  } catch {
    // A file system that is full, or only to be read: the next start compiles again.
  }
}

/** The temporary folder is everybody's: a folder with this name may have been put there for this user to run what is in it. */
function isOwn(folder: string, user: number | undefined): boolean {
  const found = lstatSync(folder)
  return found.isDirectory() && (user === undefined || (found.uid === user && (found.mode & 0o022) === 0))
}
