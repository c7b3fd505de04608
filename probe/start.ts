import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { startCompiled } from './compiled.ts'

// The image's entry: the probe beside it, with what V8 compiled of it when the image was made. Without that, or by another Node, it is compiled now.
const file = join(__dirname, 'probe.cjs')
startCompiled(file, { cached: readFileSync(`${file}.cache`), require: createRequire(file) })
