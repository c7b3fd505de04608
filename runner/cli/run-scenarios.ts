import { randomUUID } from 'node:crypto'
import type { ManifestObject } from '../../fabric/manifests/object.ts'
import type { Summary } from '../events.ts'
import type { FormatName } from '../report/formats.ts'
import { exitCodes } from '../result.ts'
import { run } from '../run.ts'
import { Interruption, type Io } from './io.ts'
import type { Output } from './outputs.ts'
import { tellProblems } from './problems.ts'
import { openReports } from './reports.ts'
import type { RunRequest } from './run-options.ts'
import { describeScenarios, labOpener, prepare, readObjects } from './scenarios.ts'
import { selectPaths } from './select.ts'
import { version } from './version.ts'

export interface ScenarioRun {
  readonly paths: readonly string[]
  /** Instead of the scenarios' own manifests. */
  readonly objects: readonly ManifestObject[] | undefined
  readonly set: ReadonlyMap<string, string>
  readonly request: RunRequest
  readonly outputs: readonly Output<FormatName>[]
}

/** Runs scenarios in the lab and writes the reports; resolves with the exit code. */
export async function runScenarios({ paths, objects, set, request, outputs }: ScenarioRun, io: Io): Promise<number> {
  const { kubernetes, only, deadlineMs, parallel, inconclusive } = request
  const options = {
    set,
    ...(objects === undefined ? {} : { objects }),
    ...(kubernetes === undefined ? {} : { kubernetes }),
  }
  const loaded = await prepare(paths, options, io)
  const { prepared, problems } = selectPaths(loaded.prepared, only)
  if (tellProblems([...loaded.problems, ...problems], io)) return exitCodes.usage
  const reports = openReports(outputs, request, io)
  const summary = await run(
    prepared.map(({ scenario }) => scenario),
    {
      head: { id: randomUUID(), where: 'lab', tool: version, scenarios: await describeScenarios(prepared) },
      open: labOpener(prepared, io, kubernetes),
      readObjects: (files) => readObjects(files, io),
      emit: reports.emit,
      parallel,
      ...(deadlineMs === undefined ? {} : { deadlineMs }),
      now: io.now,
      signal: io.signal,
    },
  )
  await reports.write()
  return exitCodeOf(summary, inconclusive, io)
}

/** verdicts.md §1; interrupted, the shell's code for the signal. */
function exitCodeOf({ fail, inconclusive }: Summary, unknown: RunRequest['inconclusive'], { signal }: Io): number {
  if (signal.aborted) return signal.reason instanceof Interruption ? signal.reason.exitCode : exitCodes.broken
  if (fail > 0) return exitCodes.fail
  return inconclusive > 0 && unknown === 'fail' ? exitCodes.inconclusive : exitCodes.pass
}
