import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { LoadOptions } from '../../../fabric/manifests/files.ts'
import type { ManifestObject } from '../../../fabric/manifests/object.ts'
import type { FormatName } from '../../report/formats.ts'
import type { Emit, RunHead, Summary } from '../../result/events.ts'
import { exitCodes } from '../../result/path-result.ts'
import { type KnownFailures, readKnownFailures } from '../../run/known-failures.ts'
import { predictRun } from '../../run/predict-run.ts'
import { run } from '../../run/run.ts'
import { type ClusterRequest, clusterOpener } from '../cluster.ts'
import { Interruption, type Io } from '../io.ts'
import type { Output } from '../outputs.ts'
import { printProblems } from '../problems.ts'
import { openReports } from '../reports.ts'
import { describeScenarios, labOpener, type Prepared, prepare, readObjects } from '../scenarios.ts'
import { selectPaths } from '../select.ts'
import { version } from '../version.ts'
import type { RunRequest } from './run-options.ts'

export interface ScenarioRun {
  readonly paths: readonly string[]
  /** Used instead of the scenarios' own manifests. */
  readonly objects: readonly ManifestObject[] | undefined
  readonly set: ReadonlyMap<string, string>
  /** How to read the manifests of the scenarios. */
  readonly how: LoadOptions
  readonly showPassedOver: boolean
  readonly request: RunRequest
  readonly cluster: ClusterRequest
  /** The command-line arguments that select manifests or a cluster. */
  readonly worldWords: readonly string[]
  readonly outputs: readonly Output<FormatName>[]
}

/** Runs scenarios in the lab or with the engine alone, and writes the reports. Resolves with the exit code. */
export async function runScenarios(
  { paths, objects, set, how, showPassedOver, request, cluster, worldWords, outputs }: ScenarioRun,
  io: Io,
): Promise<number> {
  const { kubernetes, only, inconclusive } = request
  const options = {
    set,
    how,
    showPassedOver,
    ...(objects === undefined ? {} : { objects }),
    ...(kubernetes === undefined ? {} : { kubernetes }),
    live: request.where === 'cluster',
  }
  const loaded = await prepare(paths, options, io)
  const { prepared, problems } = selectPaths(loaded.prepared, only)
  const known = await knownFailures(request, loaded.prepared)
  if (printProblems([...loaded.problems, ...problems, ...(known?.problems ?? [])], io)) return exitCodes.usage
  const reports = openReports(outputs, request, io)
  const head = { id: randomUUID(), where: request.where, tool: version, scenarios: await describeScenarios(prepared) }
  const start = request.where === 'predicted' ? predicted : measured
  const summary = await start(
    prepared,
    {
      head,
      emit: reports.emit,
      how,
      request,
      cluster,
      worldWords,
      ...(known === undefined ? {} : { amend: known.amend }),
    },
    io,
  )
  await reports.write()
  return exitCodeOf(summary, inconclusive, io)
}

async function knownFailures(
  { knownFailures: file }: RunRequest,
  prepared: readonly Prepared[],
): Promise<KnownFailures | undefined> {
  if (file === undefined) return undefined
  const scenarios = prepared.map(({ scenario }) => scenario)
  try {
    return readKnownFailures(await readFile(file, 'utf8'), file, scenarios)
  } catch (error) {
    throw new Error(`--known-failures ${file} cannot be read`, { cause: error })
  }
}

interface Start {
  readonly how: LoadOptions
  readonly head: Omit<RunHead, 'start'>
  readonly emit: Emit
  readonly request: RunRequest
  readonly cluster: ClusterRequest
  readonly worldWords: readonly string[]
  readonly amend?: KnownFailures['amend']
}

function measured(
  prepared: readonly Prepared[],
  { head, emit, how, request, cluster, worldWords, amend }: Start,
  io: Io,
): Promise<Summary> {
  const { deadlineMs, settleMs, parallel, kubernetes, perSecond, inFlight } = request
  const pace = { ...(perSecond === undefined ? {} : { perSecond }), ...(inFlight === undefined ? {} : { inFlight }) }
  return run(
    prepared.map(({ scenario }) => scenario),
    {
      head,
      emit,
      now: io.now,
      signal: io.signal,
      ...(amend === undefined ? {} : { amend }),
      parallel,
      worldWords,
      open:
        request.where === 'lab'
          ? labOpener(prepared, io, kubernetes)
          : clusterOpener(prepared, { ...cluster, ...pace }, io),
      readObjects: (files) => readObjects(files, io, how),
      ...(deadlineMs === undefined ? {} : { deadlineMs }),
      ...(settleMs === undefined ? {} : { settleMs }),
    },
  )
}

function predicted(prepared: readonly Prepared[], { head, emit, how, request }: Start, io: Io): Promise<Summary> {
  const { kubernetes } = request
  const version = kubernetes === undefined ? {} : { kubernetes }
  const scenarios = prepared.map((each) => ({
    ...each,
    ...version,
    readObjects: (files: Parameters<typeof readObjects>[0]) => readObjects(files, io, how),
  }))
  return predictRun(scenarios, { head, emit, now: io.now, signal: io.signal })
}

/**
 * Implements docs/reference/cli.md#exit-codes. On interruption, returns the shell's code for the signal. If no path has a verdict, the
 * result is inconclusive.
 */
function exitCodeOf(summary: Summary, unknown: RunRequest['inconclusive'], { signal }: Io): number {
  const { pass, fail, inconclusive, predicted: asPredicted, skipped } = summary
  if (signal.aborted) return signal.reason instanceof Interruption ? signal.reason.exitCode : exitCodes.broken
  if (fail > 0) return exitCodes.fail
  if (pass + inconclusive + asPredicted + skipped === 0) return exitCodes.inconclusive
  return inconclusive > 0 && unknown === 'fail' ? exitCodes.inconclusive : exitCodes.pass
}
