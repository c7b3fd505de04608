import { randomUUID } from 'node:crypto'
import { createAllocator } from '../../../fabric/manifests/allocator.ts'
import type { Manifests } from '../../../fabric/manifests/read.ts'
import { buildWorld } from '../../../fabric/manifests/world.ts'
import { withoutOwned } from '../../../fabric/owned.ts'
import { type Answer, answerOf } from '../../check/answer.ts'
import { spacesNamed } from '../../check/endpoints.ts'
import { type Question, scenarioOf } from '../../check/scenario.ts'
import { answerText } from '../../check/text.ts'
import { pathJson } from '../../report/json-path.ts'
import type { RunHead } from '../../result/events.ts'
import { exitCodes, type PathResult } from '../../result/path-result.ts'
import { type RunOptions, run } from '../../run/run.ts'
import type { Scenario } from '../../scenario/model.ts'
import { type ClusterRequest, openLive } from '../cluster.ts'
import { Interruption, type Io } from '../io.ts'
import { type Output, writeOutput } from '../outputs.ts'
import { printProblems } from '../problems.ts'
import { printMissingRights } from '../read-cluster.ts'
import { terminalStyle } from '../reports.ts'
import { labOpener } from '../scenarios.ts'
import { createStatus } from '../status.ts'
import { version } from '../version.ts'

interface Asking {
  readonly question: Question
  readonly outputs: readonly Output<'text' | 'json'>[]
  /** The command-line arguments that select manifests or a cluster. */
  readonly worldWords: readonly string[]
}

export interface CheckRun extends Asking {
  readonly inputs: Manifests
  readonly kubernetes: string | undefined
}

/** Measures one path in the lab and writes the result. Resolves with the exit code. */
export async function runCheck(
  { question, inputs, outputs, worldWords, kubernetes }: CheckRun,
  io: Io,
): Promise<number> {
  const version36 = kubernetes === undefined ? {} : { kubernetes }
  const { world, problems } = buildWorld(inputs.objects, { allocator: createAllocator(), ...version36 })
  if (printProblems([...inputs.problems, ...problems], io)) return exitCodes.usage
  const scenario = scenarioOf(question, world)
  if ('problems' in scenario) {
    printProblems(scenario.problems, io)
    return exitCodes.usage
  }
  const open = labOpener([{ scenario, objects: inputs.objects }], io, kubernetes)
  return measure(scenario, { question, outputs, worldWords, where: 'lab', open }, io)
}

export interface CheckLive extends Asking {
  readonly cluster: ClusterRequest
}

/** Measures one path on a live cluster with its own probes and the controls of a run. The probes are removed before it resolves. */
export async function checkLive({ question, outputs, worldWords, cluster }: CheckLive, io: Io): Promise<number> {
  const namespaces = [...spacesNamed(question.from), ...spacesNamed(question.to), 'kube-system']
  const otherwise = '--lab -f FILE runs in network namespaces of this machine'
  const fabric = await openLive(cluster, { namespaces: [...new Set(namespaces)], otherwise }, io)
  try {
    const world = withoutOwned(await fabric.world(io.signal))
    const scenario = scenarioOf(question, world)
    if ('problems' in scenario) return printMissingRights(scenario.problems, world, io)
    return await measure(scenario, { question, outputs, worldWords, where: 'cluster', open: async () => fabric }, io)
  } finally {
    await fabric[Symbol.asyncDispose]()
  }
}

interface Measuring extends Asking {
  readonly where: RunHead['where']
  readonly open: RunOptions['open']
}

async function measure(
  scenario: Scenario,
  { question, outputs, worldWords, where, open }: Measuring,
  io: Io,
): Promise<number> {
  const status = createStatus(io)
  const results: PathResult[] = []
  let assumed: readonly string[] = []
  await run([scenario], {
    head: { id: randomUUID(), where, tool: version, scenarios: [] },
    parallel: 1,
    open,
    worldWords,
    readObjects: async () => [],
    emit: (event) => {
      if (event.kind === 'doing') status.show(event.what)
      if (event.kind === 'path') results.push(event.result)
      if (event.kind === 'fabric') assumed = event.assumed ?? []
    },
    now: io.now,
    signal: io.signal,
  }).finally(() => status.clear())
  const answer = answerOf(results, question)
  if (answer === undefined)
    return io.signal.reason instanceof Interruption ? io.signal.reason.exitCode : exitCodes.broken
  for (const output of outputs) await writeOutput(output, textOf(output, answer, { question, assumed, io }), io)
  return answer.exitCode
}

function textOf(
  { format, file }: Output<'text' | 'json'>,
  answer: Answer,
  { question, assumed, io }: { question: Question; assumed: readonly string[]; io: Io },
): string {
  const { from, to } = question
  if (format === 'json')
    return `${JSON.stringify({ from, to, answer: answer.answer, path: pathJson(answer.result), assumed }, null, 2)}\n`
  const look = file === undefined ? terminalStyle(io.stdout, io) : { colour: false, unicode: true, width: 120 }
  return answerText(answer, { ...question, assumed }, look)
}
