import { createAllocator } from '../../../fabric/manifests/allocator.ts'
import { createReader } from '../../../fabric/manifests/reader.ts'
import { buildWorld } from '../../../fabric/manifests/world.ts'
import { type Changes, changesBetween } from '../../diff/changes.ts'
import { changesText } from '../../diff/text.ts'
import { exitCodes } from '../../result/path-result.ts'
import type { Invocation } from '../command.ts'
import { readInputs } from '../inputs.ts'
import type { Io } from '../io.ts'
import { type Output, writeOutput } from '../outputs.ts'
import { printProblems } from '../problems.ts'
import { terminalStyle } from '../reports.ts'

export interface DiffRun {
  readonly before: string
  readonly after: string
  /** How to read manifests. */
  readonly options: Invocation['options']
  readonly outputs: readonly Output<'text' | 'json'>[]
  readonly kubernetes: string | undefined
}

/** Compares the paths of two sets of manifests and writes the changes. Pods keep their addresses, so only real changes differ. */
export async function runDiff({ before, after, options, outputs, kubernetes }: DiffRun, io: Io): Promise<number> {
  const version = kubernetes === undefined ? {} : { kubernetes }
  const [allocator, reader] = [createAllocator(), createReader()]
  const worlds = []
  let wrong = false
  for (const path of [before, after]) {
    const { objects, problems } = await readInputs({ args: [], options: { ...options, filename: [path] } }, io, reader)
    const built = buildWorld(objects, { allocator, ...version })
    wrong = printProblems([...problems, ...built.problems], io) || wrong
    worlds.push(built.world)
  }
  const [was, is] = worlds
  if (wrong || was === undefined || is === undefined) return exitCodes.usage
  return writeChanges(changesBetween(was, is), outputs, io)
}

/** Writes changes in the requested formats. The exit code shows whether there are any. */
export async function writeChanges(changes: Changes, outputs: DiffRun['outputs'], io: Io): Promise<number> {
  for (const output of outputs) {
    const look = output.file === undefined ? terminalStyle(io.stdout, io) : { colour: false, unicode: true, width: 120 }
    const text = output.format === 'json' ? `${JSON.stringify(changes, null, 2)}\n` : changesText(changes, look)
    await writeOutput(output, text, io)
  }
  const { opens, closes, unclear } = changes
  return opens.length + closes.length + unclear.length === 0 ? exitCodes.pass : exitCodes.fail
}
