import { createHash } from 'node:crypto'
import * as fs from 'node:fs/promises'
import type { Fabric } from '../../fabric/fabric.ts'
import { createAllocator } from '../../fabric/manifests/allocator.ts'
import { fileSystem, loadManifests } from '../../fabric/manifests/files.ts'
import type { ManifestObject } from '../../fabric/manifests/object.ts'
import { createReader } from '../../fabric/manifests/reader.ts'
import { buildWorld } from '../../fabric/manifests/world.ts'
import { openLab } from '../../lab/open.ts'
import type { Problem } from '../../policy/types.ts'
import type { RunHead } from '../events.ts'
import { loadScenarios } from '../scenario/load.ts'
import type { ManifestPath, Scenario } from '../scenario/model.ts'
import { hostOf, type Io } from './io.ts'

/** A scenario with the objects that it lives among. */
export interface Prepared {
  readonly scenario: Scenario
  readonly objects: readonly ManifestObject[]
}

export interface PrepareOptions {
  readonly set: ReadonlyMap<string, string>
  /** Instead of those that the scenarios name, from `-f` and `-k`. */
  readonly objects?: readonly ManifestObject[]
  /** The version whose API server is imitated. */
  readonly kubernetes?: string
}

/** Reads scenarios and their manifests; every mistake is a problem, and nothing is started. */
export async function prepare(paths: readonly string[], { set, objects, kubernetes }: PrepareOptions, io: Io) {
  const { scenarios, problems: wrong } = await loadScenarios(paths, fs, { set })
  const problems: Problem[] = [...wrong]
  const prepared: Prepared[] = []
  const reader = createReader()
  for (const scenario of scenarios) {
    const loaded =
      objects === undefined
        ? await loadManifests(pathsOf(scenario.manifests), fileSystem(io.stdin), reader)
        : { objects, problems: [] }
    const version = kubernetes === undefined ? {} : { kubernetes }
    const built = buildWorld(loaded.objects, { allocator: createAllocator(), ...version })
    problems.push(...loaded.problems, ...built.problems)
    for (const { change } of scenario.steps)
      if (change.kind === 'apply')
        problems.push(...(await loadManifests(pathsOf(change.files), fileSystem(io.stdin), reader)).problems)
    prepared.push({ scenario, objects: loaded.objects })
  }
  return { prepared, problems }
}

/** Opens a lab from the objects that were prepared. */
export function labOpener(
  prepared: readonly Prepared[],
  io: Io,
  kubernetes?: string,
): (scenario: Scenario, signal: AbortSignal) => Promise<Fabric> {
  const objectsOf = new Map(prepared.map(({ scenario, objects }) => [scenario, objects]))
  return (scenario, signal) =>
    openLab(
      {
        ...{ objects: objectsOf.get(scenario) ?? [], settings: scenario.lab, host: hostOf(io), now: io.now },
        ...(kubernetes === undefined ? {} : { kubernetes }),
      },
      signal,
    )
}

/** The objects of a step's files, which were checked before anything was started. */
export async function readObjects(files: readonly ManifestPath[], io: Io) {
  const { objects } = await loadManifests(pathsOf(files), fileSystem(io.stdin))
  return objects.map(({ value }) => value)
}

/** What the report says of each scenario's file. */
export async function describeScenarios(prepared: readonly Prepared[]): Promise<RunHead['scenarios']> {
  return Promise.all(
    prepared.map(async ({ scenario: { name, place, paths, steps } }) => ({
      ...{ name, file: place.file },
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
