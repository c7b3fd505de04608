import type { Problem } from '../../policy/types.ts'
import type { Io } from '../../runner/cli/io.ts'
import { describeScenarios, labOpener, prepare, readObjects } from '../../runner/cli/scenarios.ts'
import type { RunEvent, Summary } from '../../runner/events.ts'
import type { PathResult } from '../../runner/result.ts'
import { run } from '../../runner/run.ts'
import { hostWith } from '../lab/opening.ts'

export interface FileRun {
  readonly problems: readonly Problem[]
  readonly results: readonly PathResult[]
  readonly notSimulated: readonly string[]
  /** Absent where nothing was started. */
  readonly summary?: Summary
}

/** Runs the scenarios of a file in the lab, as the command line does; nothing is started where there is a mistake. */
export async function runFile(file: string): Promise<FileRun> {
  const io = ioOf()
  const { prepared, problems } = await prepare([file], { set: new Map() }, io)
  if (problems.some(({ severity }) => severity === 'error')) return { problems, results: [], notSimulated: [] }
  const events: RunEvent[] = []
  const summary = await run(
    prepared.map(({ scenario }) => scenario),
    {
      parallel: 1,
      head: { id: 'test', where: 'lab', tool: '0', scenarios: await describeScenarios(prepared) },
      open: labOpener(prepared, io),
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
