import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { startCompiled } from './compiled.ts'

// The image's entry: the probe beside it, with what V8 compiled of it when the image was made. Without that, or by another Node, it is compiled now.
const file = join(__dirname, 'probe.cjs')
const cache = `${file}.cache`
startCompiled(file, { ...(existsSync(cache) ? { cached: readFileSync(cache) } : {}), require: createRequire(file) })
