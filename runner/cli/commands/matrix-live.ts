import type { Fabric } from '../../../fabric/fabric.ts'
import { withoutOwned } from '../../../fabric/owned.ts'
import { whyUnread } from '../../../fabric/unread.ts'
import type { World } from '../../../fabric/world.ts'
import type { Problem } from '../../../policy/types.ts'
import { discardChanged } from '../../matrix/discard-changed.ts'
import { effortOf, effortText } from '../../matrix/effort.ts'
import { measureMatrix } from '../../matrix/measure.ts'
import { type MatrixPlan, planMatrix } from '../../matrix/plan.ts'
import { predictMatrix, withObserved } from '../../matrix/predict.ts'
import type { MatrixOptions } from '../../matrix/selection.ts'
import { exitCodes } from '../../result/path-result.ts'
import type { accessOf } from '../access.ts'
import { type ClusterRequest, openLive } from '../cluster.ts'
import type { Invocation } from '../command.ts'
import { canAsk, confirm } from '../confirm.ts'
import { Interruption, type Io } from '../io.ts'
import type { Output } from '../outputs.ts'
import { printProblems } from '../problems.ts'
import { readRights, withLive } from '../read-cluster.ts'
import { createStatus } from '../status.ts'
import { predicted, unknownNamespaces, writeMatrix } from './matrix-run.ts'

export interface MatrixLive {
  readonly options: MatrixOptions
  readonly outputs: readonly Output<'text' | 'json'>[]
  readonly cluster: ClusterRequest
  /** Whether the user has confirmed the number of pods. */
  readonly yes: boolean
}

const otherwise = '--lab -f FILE measures in network namespaces of this machine, --predict -f FILE computes'
/** The number of pods above which the user must confirm. */
const many = 50

/** Computes the matrix of a live cluster from its objects. Creates nothing there. */
export function predictLive(
  { options, outputs, access }: Pick<MatrixLive, 'options' | 'outputs'> & { access: ReturnType<typeof accessOf> },
  io: Io,
): Promise<number> {
  return withLive({ access, namespaces: options.namespaces, otherwise }, io, async ({ world }) => {
    const wrong = refusal(options, world, io)
    if (wrong !== undefined) return wrong
    const start = io.now()
    const { description, assumed, cells } = predicted(world, options)
    await writeMatrix(cells, outputs, { description, assumed, seconds: (io.now() - start) / 1000, io })
    return exitCodes.pass
  })
}

/**
 * Measures the matrix with one probe per workload, and removes the probes before it resolves. On interruption, writes the partial result.
 */
export async function measureLive({ options, outputs, cluster, yes }: MatrixLive, io: Io): Promise<number> {
  const fabric = await openLive(cluster, { namespaces: options.namespaces, otherwise }, io)
  try {
    const world = withoutOwned(await fabric.world(io.signal))
    const wrong = refusal(options, world, io)
    if (wrong !== undefined) return wrong
    const plan = planMatrix(world, { ...options, timing: fabric.timing, matrixSources: 'workloads' })
    if (!(await agreed(plan, fabric, yes, io))) return exitCodes.usage
    const start = io.now()
    const cells = await measured(fabric, plan, world, io)
    const seconds = (io.now() - start) / 1000
    await writeMatrix(cells, outputs, { description: fabric.description, assumed: [], seconds, io })
    return io.signal.reason instanceof Interruption ? io.signal.reason.exitCode : exitCodes.pass
  } finally {
    await fabric[Symbol.asyncDispose]()
  }
}

async function measured(fabric: Fabric, plan: MatrixPlan, world: World, io: Io) {
  const status = createStatus(io)
  const { signal, now } = io
  const onProgress = (done: number, total: number) => status.show(`${done} of ${total} connections`)
  try {
    status.show('starting probes')
    const cells = await measureMatrix(fabric, plan, { world, now, signal, onProgress })
    if (signal.aborted) return withObserved(predictMatrix(plan, world), cells)
    const after = withoutOwned(await fabric.world(signal))
    return withObserved(predictMatrix(plan, world), discardChanged(cells, { plan, before: world, after }))
  } finally {
    status.clear()
  }
}

/** Prints the plan. Above the limit of pods, the user must confirm. */
async function agreed(plan: MatrixPlan, { timing }: Fabric, yes: boolean, io: Io): Promise<boolean> {
  const effort = effortOf(plan, timing)
  io.stderr.write(`crosscheck: ${effortText(effort)}\n`)
  if (effort.pods <= many || yes) return true
  if (canAsk(io)) return confirm('go on?', io)
  const message = `${effort.pods} pods are many, and there is no terminal to ask at`
  const hint = 'add --yes, or fewer of them by -n NAMESPACE and -l LABELS'
  printProblems([{ severity: 'error', message, hint }], io)
  return false
}

/** Returns the exit code if the matrix cannot start, otherwise undefined. */
function refusal(options: MatrixOptions, world: World, io: Io): number | undefined {
  for (const space of options.namespaces) {
    const why = whyUnread('Pod', space, world)
    if (why !== undefined) throw new Error(`the pods of ${space} cannot be read: ${why}; ${readRights}`)
  }
  const unknown =
    whyUnread('Namespace', undefined, world) === undefined ? unknownNamespaces(options, world.namespaces) : []
  const hidden = (world.unread ?? []).map(
    ({ why }): Problem => ({ severity: 'warning', message: `not everything could be read: ${why}` }),
  )
  return printProblems([...unknown, ...hidden], io) ? exitCodes.usage : undefined
}

/** A live matrix needs a selection of pods. `-A` selects all. */
export function unbounded({ namespaces, everything }: MatrixOptions, { selector }: Invocation['options']): Problem[] {
  if (namespaces.length > 0 || everything || selector !== undefined) return []
  const hint = 'name namespaces by -n, labels by -l, or all pods by -A'
  return [{ severity: 'error', message: 'matrix of a live cluster: of which pods?', hint }]
}
