import { createAllocator } from '../../../fabric/manifests/allocator.ts'
import type { Manifests } from '../../../fabric/manifests/read.ts'
import { buildWorld } from '../../../fabric/manifests/world.ts'
import type { Ends } from '../../explain/endpoints.ts'
import { explainPath } from '../../explain/explain.ts'
import { lintedPolicies } from '../../explain/lint-findings.ts'
import type { Explanation } from '../../explain/model.ts'
import { explanationText } from '../../explain/text.ts'
import { exitCodes } from '../../result/path-result.ts'
import { familiesNamed } from '../../scenario/families.ts'
import type { Io } from '../io.ts'
import { type Output, writeOutput } from '../outputs.ts'
import { printProblems } from '../problems.ts'
import { terminalStyle } from '../reports.ts'

export interface ExplainRun {
  readonly ends: Ends
  readonly inputs: Manifests
  readonly outputs: readonly Output<'text' | 'json'>[]
  readonly kubernetes: string | undefined
  /** The command-line arguments that select the manifests. */
  readonly world: readonly string[]
}

/** Explains one path from manifests and writes the result. Sends no packets. */
export async function runExplain({ ends, inputs, outputs, kubernetes, world }: ExplainRun, io: Io): Promise<number> {
  const { objects, problems } = inputs
  const built = buildWorld(objects, { allocator: createAllocator(), kubernetes, families: familiesNamed(ends.to) })
  if (printProblems([...problems, ...built.problems], io)) return exitCodes.usage
  const explanation = explainPath(ends, {
    world: built.world,
    objects,
    where: ['--lab', ...world],
    lint: lintedPolicies(objects, kubernetes),
  })
  if ('problems' in explanation) {
    printProblems(explanation.problems, io)
    return exitCodes.usage
  }
  await writeExplanation(explanation, outputs, io)
  return exitCodes.pass
}

/** Writes an explanation in the requested formats. */
export async function writeExplanation(
  explanation: Explanation,
  outputs: readonly Output<'text' | 'json'>[],
  io: Io,
): Promise<void> {
  for (const output of outputs) {
    const look = output.file === undefined ? terminalStyle(io.stdout, io) : { colour: false, unicode: true, width: 120 }
    const text =
      output.format === 'json' ? `${JSON.stringify(explanation, null, 2)}\n` : explanationText(explanation, look)
    await writeOutput(output, text, io)
  }
}
