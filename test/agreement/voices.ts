import type { Fabric, Manifest } from '../../fabric/fabric.ts'
import { createAllocator } from '../../fabric/manifests/allocator.ts'
import { readManifests } from '../../fabric/manifests/read.ts'
import { buildWorld } from '../../fabric/manifests/world.ts'
import type { World } from '../../fabric/world.ts'
import { compile } from '../../policy/engine/compile.ts'
import { verdictOf } from '../../policy/engine/predict.ts'
import { type MeasuredCell, measureMatrix } from '../../runner/matrix/measure.ts'
import { type MatrixPlan, planMatrix } from '../../runner/matrix/plan.ts'
import type { PlannedCell } from '../../runner/matrix/question.ts'
import { mayPass } from '../policy/engine/oracle.ts'
import { type Joined, sockets } from './joined.ts'

/** What the three say of one connection; `unknown`: packets showed nothing. */
export interface Voices {
  readonly path: string
  readonly engine: string
  readonly oracle: 'allow' | 'deny'
  readonly lab?: 'allow' | 'deny' | 'unknown'
}

/** Whether any two of them contradict each other. */
export function contradict({ engine, oracle, lab }: Voices): boolean {
  return engine !== oracle || (lab !== undefined && lab !== 'unknown' && lab !== oracle)
}

/** Engine and oracle on every connection within each world; both read the same manifests, each in its own way. */
export function twoVoices(worlds: readonly Joined[]): Voices[] {
  const compiled = compile(worldOf(worlds.flatMap(({ objects }) => objects)))
  return worlds.flatMap((world) =>
    world.pods.flatMap((from) =>
      world.pods.flatMap((to) =>
        (from === to ? [] : sockets).map(({ port, protocol }) => {
          const queryEnd = ({ namespace, name }: typeof from) => ({ kind: 'pod', namespace, name }) as const
          const found = verdictOf({ from: queryEnd(from), to: queryEnd(to), port, protocol }, compiled)
          const path = pathText(`${from.namespace}/${from.name}`, `${to.namespace}/${to.name}`, { port, protocol })
          return {
            path,
            engine: 'verdict' in found ? found.verdict : found.reason,
            oracle: mayPass({ from, to, port, protocol }, world) ? 'allow' : 'deny',
          }
        }),
      ),
    ),
  )
}

/**
 * The same with what packets did in a lab of all these worlds. A packet that passes shows that the path is open; one that is silent on a
 * busy machine may have been late, so that what ought to be open is asked again, alone, before it counts as blocked.
 */
export async function threeVoices(worlds: readonly Joined[], lab: Fabric, signal: AbortSignal): Promise<Voices[]> {
  const world = await lab.world(signal)
  const plan = withinWorlds(planMatrix(world, { ...everything, timing: lab.timing }))
  const seen = new Map<string, 'allow' | 'deny' | 'unknown'>()
  const open = new Set(twoVoices(worlds).flatMap(({ path, oracle }) => (oracle === 'allow' ? [path] : [])))
  let cells = plan.cells
  for (let turn = 0; turn < 3 && cells.length > 0; turn++) {
    const measured = await measureMatrix(lab, partOf(plan, cells), { world, now: Date.now, signal })
    for (const { cell } of measured) seen.set(pathOf(cell), inWords(cell))
    const late = new Set(measured.flatMap(({ planned, cell }) => (cell.observed === 'open' ? [] : [planned])))
    cells = cells.filter((cell) => late.has(cell) && open.has(pathOfPlanned(cell)))
  }
  return twoVoices(worlds).map((voices) => ({ ...voices, lab: seen.get(voices.path) ?? 'unknown' }))
}

const everything = { namespaces: [], selector: {}, everything: false, ports: sockets, services: false } as const

/** Connections between worlds are nobody's question. */
function withinWorlds(plan: MatrixPlan): MatrixPlan {
  const worldOfSpace = (namespace: string) => namespace.split('-')[0]
  const kept = plan.cells.filter(
    ({ from, to }) => to.kind === 'pod' && worldOfSpace(from.namespace) === worldOfSpace(to.pod.namespace),
  )
  return partOf(plan, kept)
}

function partOf({ sources }: MatrixPlan, cells: MatrixPlan['cells']): MatrixPlan {
  const plannedChecks = cells.flatMap(({ question }) => (question.kind === 'pod' ? [question.plannedCheck] : []))
  const asked = new Set(plannedChecks.map(({ source }) => source))
  return { cells, plannedChecks, sources: sources.filter(({ key }) => asked.has(key)) }
}

function pathOf({ from, to, port, protocol }: MeasuredCell['cell']): string {
  return pathText(from, to, { port, protocol })
}

function pathOfPlanned({ from, to, port, protocol }: PlannedCell): string {
  const target = to.kind === 'pod' ? `${to.pod.namespace}/${to.pod.name}` : ''
  return pathText(`${from.namespace}/${from.name}`, target, { port, protocol })
}

function inWords({ observed }: MeasuredCell['cell']): 'allow' | 'deny' | 'unknown' {
  return observed === 'open' ? 'allow' : observed === 'blocked' ? 'deny' : 'unknown'
}

function pathText(
  from: string,
  to: string,
  { port, protocol }: { readonly port: number; readonly protocol: string },
): string {
  return `${from} > ${to}:${port}/${protocol}`
}

/** The objects as manifests on disk would be read; a random policy that the API server would refuse is a mistake of the generator. */
export function objectsOf(manifests: readonly Manifest[]) {
  const text = manifests.map((each) => JSON.stringify(each)).join('\n---\n')
  const { objects, problems } = readManifests([{ file: 'random.yaml', text }])
  if (problems.length > 0) throw new Error(JSON.stringify(problems))
  return objects
}

function worldOf(manifests: readonly Manifest[]): World {
  const { world, problems } = buildWorld(objectsOf(manifests), { allocator: createAllocator() })
  const errors = problems.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw new Error(JSON.stringify(errors))
  return world
}
