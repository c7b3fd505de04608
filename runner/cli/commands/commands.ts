import type { Command } from '../command.ts'
import { check } from './check.ts'
import { clean } from './clean.ts'
import { coverage } from './coverage.ts'
import { diff } from './diff.ts'
import { explain } from './explain.ts'
import { lint } from './lint.ts'
import { matrix } from './matrix.ts'
import { probes } from './probes.ts'
import { run } from './run.ts'
import { schema } from './schema.ts'
import { validate } from './validate.ts'

/** All commands, in the order in which `crosscheck --help` lists them. */
export const commands: readonly Command[] = [
  run,
  check,
  explain,
  matrix,
  diff,
  lint,
  coverage,
  validate,
  schema,
  probes,
  clean,
]
