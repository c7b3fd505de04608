import { readFileSync } from 'node:fs'
import Module from 'node:module'
import { Script } from 'node:vm'

export interface CompiledOptions {
  /** What V8 compiled of the same file, by `createCachedData`; V8 ignores what is of another version or other flags of itself. */
  readonly cached?: Buffer
  readonly require: NodeJS.Require
}

/** Runs a CommonJS file as Node does (its documentation, "The module wrapper"), with compiled code where there is some: a third of the processor time of a start. */
export function startCompiled(file: string, { cached, require }: CompiledOptions): Script {
  const script = new Script(Module.wrap(readFileSync(file, 'utf8')), { filename: file, cachedData: cached })
  const module = { exports: {} }
  script.runInThisContext().call(module.exports, module.exports, require, module, file, '/')
  return script
}
