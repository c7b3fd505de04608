import { createHash } from 'node:crypto'
import * as fs from 'node:fs/promises'
import type { Fabric } from '../../fabric/fabric.ts'
import { createAllocator } from '../../fabric/manifests/allocator.ts'
import { fileSystem, type LoadOptions, loadManifests } from '../../fabric/manifests/files.ts'
import type { ManifestObject } from '../../fabric/manifests/object.ts'
import type { PassedOver } from '../../fabric/manifests/passed-over.ts'
import { createReader } from '../../fabric/manifests/reader.ts'
import { buildWorld } from '../../fabric/manifests/world.ts'
import { openLab } from '../../lab/open.ts'
import { externalsOf } from '../../lab/settings.ts'
import type { Problem } from '../../policy/types.ts'
import { standInsFor } from '../plan/stand-ins.ts'
import type { RunHead } from '../result/events.ts'
import { loadScenarios } from '../scenario/load.ts'
import type { ManifestPath, Scenario } from '../scenario/model.ts'
import { unknownNames } from '../validate/unknown-names.ts'
import { worldsOfSteps } from '../validate/worlds-of-steps.ts'
import { hostOf, type Io } from './io.ts'
import { notePassedOver } from './passed-over.ts'

/** A scenario with its objects. */
export interface Prepared {
  readonly scenario: Scenario
  readonly objects: readonly ManifestObject[]
}

export interface PrepareOptions {
  readonly set: ReadonlyMap<string, string>
  /** Used instead of the manifests of the scenarios, from `-f` and `-k`. */
  readonly objects?: readonly ManifestObject[]
  /** The version of the API server to imitate. */
  readonly kubernetes?: string
  /** How to read the manifests of the scenarios. */
  readonly how?: LoadOptions | undefined
  readonly showPassedOver?: boolean | undefined
  /** The world is a live cluster: objects that the manifests lack may exist there. */
  readonly live?: boolean
}

/** Reads scenarios and their manifests. Every mistake is a problem. Starts nothing. */
export async function prepare(paths: readonly string[], options: PrepareOptions, io: Io) {
  const { set, objects, kubernetes, showPassedOver = false, live = false } = options
  const { scenarios, problems: wrong } = await loadScenarios(paths, fs, { set })
  const problems: Problem[] = [...wrong]
  const prepared: Prepared[] = []
  const how = { ...options.how, reader: createReader() }
  const passedOver: PassedOver[] = []
  for (const scenario of scenarios) {
    const loaded =
      objects === undefined
        ? await loadManifests(pathsOf(scenario.manifests), fileSystem(io.stdin), how)
        : { objects, problems: [], passedOver: [] }
    const own = [...loaded.problems]
    const left = [...loaded.passedOver]
    const load = async (files: readonly ManifestPath[]) => {
      const added = await loadManifests(pathsOf(files), fileSystem(io.stdin), how)
      own.push(...added.problems)
      left.push(...added.passedOver)
      return added.objects
    }
    const { moments, problems: wrongObjects } = await worldsOfSteps(scenario, {
      objects: loaded.objects,
      load,
      kubernetes,
    })
    own.push(...wrongObjects)
    problems.push(...own, ...(live ? [] : unknownNames(scenario, { moments, problems: own, passedOver: left })))
    passedOver.push(...left)
    prepared.push({ scenario, objects: loaded.objects })
  }
  notePassedOver([...new Map(passedOver.map((each) => [each.file, each])).values()], showPassedOver, io)
  return { prepared, problems }
}

/** Returns a function that opens a lab from the prepared objects. */
export function labOpener(
  prepared: readonly Prepared[],
  io: Io,
  kubernetes?: string,
): (scenario: Scenario, signal: AbortSignal) => Promise<Fabric> {
  const objectsOf = new Map(prepared.map(({ scenario, objects }) => [scenario, objects]))
  return (scenario, signal) => {
    const objects = objectsOf.get(scenario) ?? []
    return openLab({ ...labInputs(scenario, objects, kubernetes), host: hostOf(io), now: io.now, kubernetes }, signal)
  }
}

/** Returns the content of a scenario's lab: its objects and settings, and stand-ins for the external hosts that its paths lead to. */
export function labInputs(scenario: Scenario, objects: readonly ManifestObject[], kubernetes?: string) {
  const { lab: settings } = scenario
  const externals = externalsOf(settings)
  const { families } = settings
  const { world } = buildWorld(objects, { allocator: createAllocator(), kubernetes, externals, families })
  return { objects, settings, assumed: standInsFor(scenario, world) }
}

/** Reads the objects of a step's files, which were validated before the start. */
export async function readObjects(files: readonly ManifestPath[], io: Io, how?: LoadOptions) {
  const { objects } = await loadManifests(pathsOf(files), fileSystem(io.stdin), how)
  return objects.map(({ value }) => value)
}

/** Describes the file of each scenario for the report. */
export async function describeScenarios(prepared: readonly Prepared[]): Promise<RunHead['scenarios']> {
  return Promise.all(
    prepared.map(async ({ scenario: { name, place, paths, steps } }) => ({
      name,
      file: place.file,
      paths: paths.length + steps.flatMap((step) => step.paths).length,
      sha256: createHash('sha256')
        .update(await fs.readFile(place.file))
        .digest('hex'),
    })),
  )
}

function pathsOf(files: readonly ManifestPath[]): string[] {
  return files.map(({ path }) => path)
}
