import { readFileSync } from 'node:fs'
import { createRequire, Module } from 'node:module'
import { join } from 'node:path'
import { Script } from 'node:vm'
import type { Compiled } from './compiled.ts'

/** The chunks of a bundle that were loaded. */
export interface Chunks {
  /** Some of them were compiled now, because there was nothing of them, or of another V8. */
  readonly isNew: () => boolean
  /** What V8 has compiled of all of them so far. */
  readonly compiled: () => Compiled
}

/**
 * Runs a chunk, which is CommonJS in ASCII, and the chunks that it requires (`./NAME`), with compiled code where there is some. Node's own compile cache holds only what is compiled when a file is
 * loaded; this also what its functions needed when they were called, which is the greater part of a start.
 */
export function startChunk(folder: string, entry: string, compiled: Compiled): Chunks {
  const requireOther = createRequire(join(folder, entry))
  const modules = new Map<string, { exports: unknown }>()
  const scripts = new Map<string, Script>()
  const load = (name: string): unknown => {
    if (!name.startsWith('./')) return requireOther(name)
    const known = modules.get(name)
    if (known !== undefined) return known.exports
    const file = join(folder, name)
    const cachedData = compiled.get(name)
    const script = new Script(Module.wrap(readFileSync(file, 'latin1')), {
      filename: file,
      ...(cachedData === undefined ? {} : { cachedData }),
    })
    scripts.set(name, script)
    const module = { exports: {} }
    modules.set(name, module)
    const run = script.runInThisContext() as (...scope: readonly unknown[]) => void
    run.call(module.exports, module.exports, load, module, file, folder)
    return module.exports
  }
  load(entry)
  return {
    isNew: () => [...scripts].some(([name, script]) => !compiled.has(name) || script.cachedDataRejected === true),
    compiled: () => new Map([...scripts].map(([name, script]) => [name, script.createCachedData()])),
  }
}
