import type { Problem } from '../../policy/types.ts'
import { clusterOpener } from '../../runner/cli/cluster.ts'
import type { Io } from '../../runner/cli/io.ts'
import { describeScenarios, labOpener, prepare, readObjects } from '../../runner/cli/scenarios.ts'
import type { RunEvent, Summary } from '../../runner/result/events.ts'
import type { PathResult } from '../../runner/result/path-result.ts'
import { run } from '../../runner/run/run.ts'
import { hostWith } from '../lab/opening.ts'

export interface FileRun {
  readonly problems: readonly Problem[]
  readonly results: readonly PathResult[]
  readonly notSimulated: readonly string[]
  /** Absent where nothing was started. */
  readonly summary?: Summary
}

/** Runs the scenarios of a file in the lab, as the command line does; nothing is started where there is a mistake. */
export function runFile(file: string): Promise<FileRun> {
  return runIn(file, labOpener)
}

/** The same on the cluster of KUBECONFIG, as `run --rehearse` does. */
export function rehearseFile(file: string, image: string): Promise<FileRun> {
  return runIn(file, (prepared, io) => clusterOpener(prepared, { image, rehearse: true }, io))
}

async function runIn(file: string, opener: typeof labOpener): Promise<FileRun> {
  const io = ioOf()
  const { prepared, problems } = await prepare([file], { set: new Map() }, io)
  if (problems.some(({ severity }) => severity === 'error')) return { problems, results: [], notSimulated: [] }
  const events: RunEvent[] = []
  const summary = await run(
    prepared.map(({ scenario }) => scenario),
    {
      parallel: 1,
      head: { id: 'test', where: 'lab', tool: '0', scenarios: await describeScenarios(prepared) },
      open: opener(prepared, io),
      readObjects: (files) => readObjects(files, io),
      emit: (event) => events.push(event),
      now: Date.now,
      signal: io.signal,
    },
  )
  return {
    ...{ problems, summary },
    results: events.flatMap((event) => (event.kind === 'path' ? [event.result] : [])),
    notSimulated: events.flatMap((event) => (event.kind === 'fabric' ? event.notSimulated : [])),
  }
}

function ioOf(): Io {
  const { platform, node, environment } = hostWith('systems')
  const { stdin, stdout, stderr, cwd } = process
  const { signal } = new AbortController()
  return { argv: [], cwd: cwd(), now: Date.now, ...{ platform, node, environment, stdin, stdout, stderr, signal } }
}
