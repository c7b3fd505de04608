import type { LoadOptions } from '../../../fabric/manifests/files.ts'
import { countCoverage } from '../../coverage/coverage.ts'
import { coverScenario } from '../../coverage/scenario-coverage.ts'
import { coverageText } from '../../coverage/text.ts'
import { exitCodes } from '../../result/path-result.ts'
import type { Io } from '../io.ts'
import { type Output, writeOutput } from '../outputs.ts'
import { printProblems } from '../problems.ts'
import { terminalStyle } from '../reports.ts'
import { prepare, readObjects } from '../scenarios.ts'

export interface CoverageRun {
  readonly paths: readonly string[]
  readonly set: ReadonlyMap<string, string>
  readonly outputs: readonly Output<'text' | 'json'>[]
  readonly kubernetes: string | undefined
  /** How to read manifests. */
  readonly how: LoadOptions
  readonly showPassedOver: boolean
}

/** Computes, with the engine alone, what the paths of all scenarios depend on, and writes the result. */
export async function runCoverage(request: CoverageRun, io: Io): Promise<number> {
  const { paths, set, outputs, kubernetes, how, showPassedOver } = request
  const version = kubernetes === undefined ? {} : { kubernetes }
  const { prepared, problems } = await prepare(paths, { set, how, showPassedOver, ...version }, io)
  if (printProblems(problems, io)) return exitCodes.usage
  const counter = countCoverage()
  for (const { scenario, objects } of prepared)
    await coverScenario({ scenario, objects, readObjects: (files) => readObjects(files, io, how), ...version }, counter)
  const result = counter.result()
  for (const output of outputs) {
    const look = output.file === undefined ? terminalStyle(io.stdout, io) : { colour: false, unicode: true, width: 120 }
    const text = output.format === 'json' ? `${JSON.stringify(result, null, 2)}\n` : coverageText(result, look)
    await writeOutput(output, text, io)
  }
  return exitCodes.pass
}
