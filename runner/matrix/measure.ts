import type { Fabric, Probe } from '../../fabric/fabric.ts'
import type { Pod, World } from '../../fabric/world.ts'
import { assembleControls } from '../control/assemble.ts'
import { raiseCanary } from '../control/canary.ts'
import type { Controls } from '../control/controls.ts'
import { controlSources } from '../control/sources.ts'
import { controlTargets } from '../control/targets.ts'
import { sightOf } from '../judge/sight.ts'
import { observe, type Sightings } from '../observe/observe.ts'
import type { Dial, SourceKey } from '../plan/dial.ts'
import { type Cell, type Finding, unknownFinding } from './cell.ts'
import type { MatrixPlan } from './plan.ts'
import { nameOf, type PlannedCell } from './question.ts'
import { serviceFinding } from './service-finding.ts'

export interface MeasureOptions {
  readonly world: World
  readonly signal: AbortSignal
  /** Called as connections are answered. */
  readonly onProgress?: (done: number, total: number) => void
}

/** A cell with what it is made of, for those who fold it. */
export interface MeasuredCell {
  readonly planned: PlannedCell
  readonly cell: Cell
}

/**
 * One connection per dial, with the controls without which nothing is called blocked. When aborted, what was not reached is unknown.
 * Canaries go with the fabric.
 */
export async function measureMatrix(
  fabric: Fabric,
  plan: MatrixPlan,
  options: MeasureOptions,
): Promise<MeasuredCell[]> {
  const findings = plan.dials.length === 0 ? new Map<Dial, Finding>() : await measureDials(fabric, plan, options)
  const findingOf = (dial: Dial) => findings.get(dial) ?? unknownFinding('not_run', 'did not run')
  return plan.cells.map((planned) => ({ planned, cell: { ...headOf(planned), ...findingFor(planned, findingOf) } }))
}

function findingFor({ question }: PlannedCell, findingOf: (dial: Dial) => Finding): Finding {
  switch (question.kind) {
    case 'answered':
      return question.finding
    case 'pod':
      return findingOf(question.dial)
    case 'service':
      return serviceFinding(question, findingOf)
    default:
      return question satisfies never
  }
}

function headOf({ from, to, port, protocol }: PlannedCell): Pick<Cell, 'from' | 'to' | 'port' | 'protocol'> {
  const target = to.kind === 'pod' ? nameOf(to.pod) : `${to.service.namespace}/service/${to.service.name}`
  return { from: nameOf(from), to: target, port, protocol }
}

async function measureDials(
  fabric: Fabric,
  plan: MatrixPlan,
  options: MeasureOptions,
): Promise<ReadonlyMap<Dial, Finding>> {
  const { world, signal, onProgress } = options
  const { probes, missing } = await openProbes(fabric, plan.sources, signal)
  const dials = plan.dials.filter(({ source }) => probes.has(source))
  const canary = await raiseCanary(fabric, { nodes: nodesOf(plan), admitted: [], signal })
  let done = 0
  const { timing } = fabric
  const [sightings, targets, sources] = await Promise.all([
    observe(dials, { probes, signal, onDial: () => onProgress?.(++done, dials.length) }),
    controlTargets(dials, { fabric, world, signal }),
    controlSources(probes, { fabric, world, canary, deadlineMs: timing.blocked.deadlineMs, signal }),
  ])
  const overflowed = await fabric.overflowed(signal.aborted ? AbortSignal.timeout(lastWordMs) : signal)
  const known = new Map()
  const controls = assembleControls({ canary: canary.results, targets, sources, known, sightings, overflowed })
  return new Map(plan.dials.map((dial) => [dial, findingOf(dial, { sightings, controls, missing })]))
}

/** Milliseconds that the fabric has to say what it saw once a run is interrupted. */
const lastWordMs = 1_000

interface Seen {
  readonly sightings: Sightings
  readonly controls: Controls
  readonly missing: ReadonlyMap<SourceKey, string>
}

function findingOf(dial: Dial, { sightings, controls, missing }: Seen): Finding {
  const why = missing.get(dial.source)
  if (why !== undefined) return unknownFinding('not_run', why)
  const sight = sightOf(dial, sightings.get(dial) ?? [], controls)
  switch (sight.state) {
    case 'open':
    case 'leak':
      return { observed: 'open', reason: sight.outcome.reason }
    case 'blocked':
      return { observed: 'blocked', reason: sight.outcome.reason }
    case 'unknown':
      return unknownFinding(sight.cause, sight.sentence)
    default:
      return sight satisfies never
  }
}

/** Nodes of every target pod: there a canary shows that policies are enforced. */
function nodesOf({ dials, sources }: MatrixPlan): string[] {
  const targets = dials.flatMap(({ aim }) => (aim.kind === 'pod' ? [aim.pod.node] : []))
  return [...new Set([...targets, ...[...sources.values()].map(({ node }) => node)])]
}

async function openProbes(fabric: Fabric, sources: ReadonlyMap<SourceKey, Pod>, signal: AbortSignal) {
  const probes = new Map<SourceKey, Probe>()
  const missing = new Map<SourceKey, string>()
  await Promise.all(
    [...sources].map(async ([key, { namespace, name }]) => {
      const probe = await fabric.probe({ kind: 'pod', namespace, name }, signal)
      if ('unavailable' in probe) missing.set(key, probe.unavailable)
      else probes.set(key, probe)
    }),
  )
  return { probes, missing }
}
