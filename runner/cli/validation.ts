import * as fs from 'node:fs/promises'
import { fileSystem, type LoadOptions, loadManifests } from '../../fabric/manifests/files.ts'
import type { ManifestIo } from '../../fabric/manifests/folder.ts'
import { keyOf } from '../../fabric/manifests/object.ts'
import type { PassedOver } from '../../fabric/manifests/passed-over.ts'
import type { Loaded } from '../../fabric/manifests/read.ts'
import { createReader } from '../../fabric/manifests/reader.ts'
import type { Problem } from '../../policy/types.ts'
import { loadScenarios } from '../scenario/load.ts'
import type { Scenario } from '../scenario/model.ts'
import { unknownNames } from '../validate/unknown-names.ts'
import { worldsOfSteps } from '../validate/worlds-of-steps.ts'

/** The output of `validate -o json`. */
export interface Validation {
  readonly valid: boolean
  readonly scenarios: readonly { readonly name: string; readonly file: string; readonly paths: number }[]
  /** The number of distinct objects in the manifests of all scenarios. */
  readonly objects: number
  readonly problems: readonly Problem[]
}

export interface ValidateOptions {
  readonly set: ReadonlyMap<string, string>
  /** The version of the API server to imitate. */
  readonly kubernetes: string | undefined
  /** How to read manifests. */
  readonly how: LoadOptions
  readonly stdin: AsyncIterable<Uint8Array>
}

/** Reads scenarios and all their manifests, and finds every mistake in them. Starts nothing. */
export async function validateScenarios(
  paths: readonly string[],
  { set, kubernetes, how, stdin }: ValidateOptions,
): Promise<Validation & Pick<Loaded, 'passedOver'>> {
  const { scenarios, problems } = await loadScenarios(paths, fs, { set })
  const all = [...problems]
  const objects = new Set<string>()
  const passedOver = new Map<string, PassedOver>()
  const reading = { kubernetes, io: fileSystem(stdin), how: { ...how, reader: createReader() } }
  for (const scenario of scenarios) {
    const found = await validateManifests(scenario, reading)
    all.push(...found.problems)
    for (const key of found.objects) objects.add(key)
    for (const each of found.passedOver) passedOver.set(each.file, each)
  }
  const unique = [...new Map(all.map((problem) => [JSON.stringify(problem), problem])).values()].sort(byPlace)
  return {
    valid: unique.every(({ severity }) => severity !== 'error'),
    scenarios: scenarios.map(({ name, place, ...scenario }) => ({
      name,
      file: place.file,
      paths: countPaths(scenario),
    })),
    objects: objects.size,
    problems: unique,
    passedOver: [...passedOver.values()],
  }
}

/** Sorts problems without a place first. */
function byPlace({ place: a }: Problem, { place: b }: Problem): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined)
  if (a.file !== b.file) return a.file < b.file ? -1 : 1
  return a.line - b.line || a.column - b.column
}

interface ManifestOptions {
  readonly kubernetes: string | undefined
  readonly io: ManifestIo
  readonly how: LoadOptions
}

/** Validates the objects of a scenario and its references to them, before its steps and after each step. */
async function validateManifests(scenario: Scenario, { kubernetes, io, how }: ManifestOptions) {
  const problems: Problem[] = []
  const passedOver: PassedOver[] = []
  const keys: string[] = []
  const load = async (files: Scenario['manifests']) => {
    const loaded = await loadManifests(
      files.map(({ path }) => path),
      io,
      how,
    )
    problems.push(...loaded.problems)
    passedOver.push(...loaded.passedOver)
    keys.push(...loaded.objects.map((object) => `${object.place.file} ${keyOf(object)}`))
    return loaded.objects
  }
  const objects = await load(scenario.manifests)
  const { moments, problems: wrong } = await worldsOfSteps(scenario, { objects, load, kubernetes })
  problems.push(...wrong)
  problems.push(...unknownNames(scenario, { moments, problems, passedOver }))
  return { problems, passedOver, objects: keys }
}

function countPaths({ paths, steps }: Pick<Scenario, 'paths' | 'steps'>): number {
  return paths.length + steps.reduce((sum, step) => sum + step.paths.length, 0)
}

/** One line that summarises what was read and the problems found. */
export function validationText({ scenarios, objects, problems }: Validation): string {
  const errors = problems.filter(({ severity }) => severity === 'error').length
  const paths = scenarios.reduce((sum, scenario) => sum + scenario.paths, 0)
  const read = [count(scenarios.length, 'scenario'), count(paths, 'path'), count(objects, 'object')].join(', ')
  const wrong = [count(errors, 'error'), count(problems.length - errors, 'warning')].join(', ')
  return `${errors === 0 ? 'valid' : 'invalid'}: ${read}; ${wrong}\n`
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`
}
