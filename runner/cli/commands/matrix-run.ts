import type { Family } from '../../../checks/vantage.ts'
import { assumptionsOf } from '../../../fabric/assumptions.ts'
import { createAllocator } from '../../../fabric/manifests/allocator.ts'
import type { Manifests } from '../../../fabric/manifests/read.ts'
import { buildWorld } from '../../../fabric/manifests/world.ts'
import { withoutClusterPolicies } from '../../../fabric/not-enforced.ts'
import { withoutOwned } from '../../../fabric/owned.ts'
import type { World } from '../../../fabric/world.ts'
import { openLab } from '../../../lab/open.ts'
import { labSettingsSchema } from '../../../lab/settings.ts'
import { didYouMeanNamespace } from '../../../policy/suggest.ts'
import type { Problem } from '../../../policy/types.ts'
import { type MeasuredCell, measureMatrix } from '../../matrix/measure.ts'
import { planMatrix } from '../../matrix/plan.ts'
import { predictMatrix, withObserved } from '../../matrix/predict.ts'
import type { MatrixOptions } from '../../matrix/selection.ts'
import { matrixText } from '../../matrix/text.ts'
import { predictedDescription } from '../../predict/fabric-description.ts'
import { exitCodes } from '../../result/path-result.ts'
import { hostOf, type Io } from '../io.ts'
import { type Output, writeOutput } from '../outputs.ts'
import { painter } from '../paint.ts'
import { printProblems } from '../problems.ts'
import { createStatus } from '../status.ts'

interface MatrixRun extends Manifests {
  readonly options: MatrixOptions
  readonly outputs: readonly Output<'text' | 'json'>[]
  /** The version of the API server to imitate. */
  readonly kubernetes: string | undefined
  /** Whether to measure the matrix, and whether to compute it. */
  readonly lab: boolean
  readonly predict: boolean
}

/** Measures a matrix in the lab, computes it, or both, and writes it. On interruption, writes the partial result. */
export async function runMatrix(
  { objects, problems, options, outputs, kubernetes, lab, predict }: MatrixRun,
  io: Io,
): Promise<number> {
  const families = options.family === undefined ? [] : [options.family]
  const built = buildWorld(objects, { allocator: createAllocator(), kubernetes, families })
  const passedOver = nothingFound(options, lab ? withoutClusterPolicies(built.world) : built.world, lab)
  if (printProblems([...problems, ...built.problems, ...passedOver], io)) return exitCodes.usage
  const start = io.now()
  const { description, assumed, cells } = lab
    ? await measured({ objects, options, families, kubernetes, predict }, io)
    : predicted(built.world, options)
  const seconds = (io.now() - start) / 1000
  await writeMatrix(cells, outputs, { description, assumed, seconds, io })
  return exitCodes.pass
}

/** Writes cells in the requested formats. */
export async function writeMatrix(
  cells: readonly MeasuredCell[],
  outputs: readonly Output<'text' | 'json'>[],
  about: Circumstances,
): Promise<void> {
  for (const output of outputs) await writeOutput(output, textOf(output, cells, about), about.io)
}

export interface MatrixProblems {
  readonly description: string
  readonly assumed: readonly string[]
  readonly cells: readonly MeasuredCell[]
}

/** Returns the cells as predicted from the policies. */
export function predicted(world: World, options: MatrixOptions): MatrixProblems {
  return {
    description: `predicted: ${predictedDescription(world)}`,
    assumed: assumedIn(world, options),
    cells: predictMatrix(planMatrix(world, { ...options, timing: noTiming }), world),
  }
}

/** A matrix resolves no names. It includes the lab's own DNS only with `everything`. */
function assumedIn(world: World, { everything }: MatrixOptions): readonly string[] {
  return assumptionsOf(world, { dns: everything })
}

/** No timing is needed, because only the shape of the plan is used. */
const noTiming = {
  allowed: { deadlineMs: 1000, attempts: 1 },
  blocked: { deadlineMs: 1000, attempts: 1 },
  canaryMs: 1000,
  policies: 'at-once',
} as const

interface Measuring extends Pick<MatrixRun, 'objects' | 'options' | 'predict'> {
  readonly families: readonly Family[]
  readonly kubernetes: string | undefined
}

async function measured(
  { objects, options, families, kubernetes, predict }: Measuring,
  io: Io,
): Promise<MatrixProblems> {
  const { signal, now } = io
  const status = createStatus(io)
  try {
    status.show('raising the lab')
    const settings = labSettingsSchema.parse({ families })
    await using fabric = await openLab({ objects, settings, host: hostOf(io), now, kubernetes }, signal)
    const world = withoutOwned(await fabric.world(signal))
    const plan = planMatrix(world, { ...options, timing: fabric.timing })
    status.show(`dialling ${plan.plannedChecks.length} connections`)
    const onProgress = (done: number, total: number) => status.show(`${done} of ${total} connections`)
    const cells = await measureMatrix(fabric, plan, { world, now, signal, onProgress })
    const { description } = fabric
    return {
      description,
      assumed: assumedIn(world, options),
      cells: predict ? withObserved(predictMatrix(plan, world), cells) : cells,
    }
  } finally {
    status.clear()
  }
}

interface Circumstances {
  readonly description: string
  readonly assumed: readonly string[]
  readonly seconds: number
  readonly io: Io
}

function textOf(
  { format, file }: Output<'text' | 'json'>,
  measured: readonly MeasuredCell[],
  { description, assumed, seconds, io }: Circumstances,
): string {
  if (format === 'json') return `${JSON.stringify({ cells: measured.map(({ cell }) => cell), assumed }, null, 2)}\n`
  const width = file === undefined ? (io.stdout.columns ?? 120) : 120
  const paint = file === undefined ? painter(io.stdout, io) : (_: string, text: string) => text
  return matrixText(measured, {
    description,
    assumed,
    seconds,
    interrupted: io.signal.aborted,
    width,
    paint,
  })
}

/** Namespace names that match nothing are problems. Objects without an effect are reported once. */
function nothingFound(options: MatrixOptions, { namespaces, notSimulated }: World, lab: boolean): Problem[] {
  const kinds = Map.groupBy(notSimulated, ({ kind }) => kind)
  const passedOver = [...kinds].map(([kind, objects]) => `${kind} (${objects.length})`).join(', ')
  return [
    ...unknownNamespaces(options, namespaces),
    ...(passedOver === ''
      ? []
      : [
          {
            severity: 'warning',
            message: `${lab ? 'the lab does not simulate' : 'not computed'}: ${passedOver}`,
          } as const,
        ]),
  ]
}

/** Returns problems for names that match no namespace. */
export function unknownNamespaces({ namespaces }: MatrixOptions, known: World['namespaces']): Problem[] {
  const names = known.map(({ name }) => name)
  return namespaces
    .filter((name) => !names.includes(name))
    .map((name): Problem => {
      const hint = didYouMeanNamespace(name, names)
      const message = `-n ${name}: there is no namespace ${name}`
      return { severity: 'error', message, ...(hint !== undefined && { hint }) }
    })
}
