import type { Fabric } from '../../fabric/fabric.ts'
import { createAllocator } from '../../fabric/manifests/allocator.ts'
import type { Manifests } from '../../fabric/manifests/read.ts'
import { buildWorld } from '../../fabric/manifests/world.ts'
import { withoutOwned } from '../../fabric/owned.ts'
import type { World } from '../../fabric/world.ts'
import { openLab } from '../../lab/open.ts'
import { labSettingsSchema } from '../../lab/settings.ts'
import { didYouMean } from '../../policy/suggest.ts'
import type { Problem } from '../../policy/types.ts'
import { type MeasuredCell, measureMatrix } from '../matrix/measure.ts'
import { planMatrix } from '../matrix/plan.ts'
import type { MatrixOptions } from '../matrix/selection.ts'
import { matrixText } from '../matrix/text.ts'
import { exitCodes } from '../result.ts'
import { hostOf, type Io } from './io.ts'
import { type Output, writeOutput } from './outputs.ts'
import { painter } from './paint.ts'
import { tellProblems } from './problems.ts'
import { createStatus } from './status.ts'

interface MatrixRun extends Manifests {
  readonly options: MatrixOptions
  readonly outputs: readonly Output<'text' | 'json'>[]
  /** The version whose API server is imitated. */
  readonly kubernetes: string | undefined
}

/** Measures a matrix in the lab and writes it; interrupted, it writes what it has. */
export async function runMatrix(
  { objects, problems, options, outputs, kubernetes }: MatrixRun,
  io: Io,
): Promise<number> {
  const version = kubernetes === undefined ? {} : { kubernetes }
  const built = buildWorld(objects, { allocator: createAllocator(), ...version })
  if (tellProblems([...problems, ...built.problems, ...nothingFound(options, built.world)], io)) return exitCodes.usage
  const { signal, now } = io
  const start = now()
  const status = createStatus(io)
  try {
    status.show('raising the lab')
    const settings = labSettingsSchema.parse({})
    await using fabric = await openLab({ objects, settings, host: hostOf(io), now, ...version }, signal)
    const world = withoutOwned(await fabric.world(signal))
    const plan = planMatrix(world, { ...options, timing: fabric.timing })
    status.show(`dialling ${plan.dials.length} connections`)
    const onProgress = (done: number, total: number) => status.show(`${done} of ${total} connections`)
    const measured = await measureMatrix(fabric, plan, { world, now, signal, onProgress })
    status.clear()
    const seconds = (now() - start) / 1000
    for (const output of outputs) await writeOutput(output, textOf(output, measured, { fabric, seconds, io }), io)
    return exitCodes.pass
  } finally {
    status.clear()
  }
}

interface Circumstances {
  readonly fabric: Fabric
  readonly seconds: number
  readonly io: Io
}

function textOf(
  { format, file }: Output<'text' | 'json'>,
  measured: readonly MeasuredCell[],
  { fabric, seconds, io }: Circumstances,
): string {
  if (format === 'json') return `${JSON.stringify({ cells: measured.map(({ cell }) => cell) }, null, 2)}\n`
  const width = file === undefined ? (io.stdout.columns ?? 120) : 120
  const paint = file === undefined ? painter(io.stdout, io) : (_: string, text: string) => text
  return matrixText(measured, {
    description: fabric.description,
    seconds,
    interrupted: io.signal.aborted,
    width,
    paint,
  })
}

/** Names of namespaces that lead to nothing are mistakes; objects that nothing acts on are told once. */
function nothingFound({ namespaces }: MatrixOptions, { namespaces: known, notSimulated }: World): Problem[] {
  const names = known.map(({ name }) => name)
  const missing = namespaces.filter((name) => !names.includes(name))
  const kinds = Map.groupBy(notSimulated, ({ kind }) => kind)
  const passedOver = [...kinds].map(([kind, objects]) => `${kind} (${objects.length})`).join(', ')
  return [
    ...missing.map((name): Problem => {
      const hint = didYouMean(name, names)
      return {
        severity: 'error',
        message: `-n ${name}: there is no such namespace`,
        ...(hint !== undefined && { hint }),
      }
    }),
    ...(passedOver === ''
      ? []
      : [{ severity: 'warning', message: `the lab does not simulate: ${passedOver}` } as const]),
  ]
}
