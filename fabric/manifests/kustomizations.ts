import { dirname, join } from 'node:path'
import { isObject } from '../../policy/field.ts'
import type { Reader } from './reader.ts'

/** What a kustomization says of the files around it. */
export interface Kustomization {
  /** Files that it takes for something else than resources: patches, and what its generators read. */
  readonly parts: readonly string[]
  /** What it renders is not what its resources say: names, namespaces or labels change, or parts come from elsewhere. */
  readonly changes: boolean
}

export const kustomizationNames = ['kustomization.yaml', 'kustomization.yml', 'Kustomization']

const changingKeys = [
  ...['namespace', 'namePrefix', 'nameSuffix', 'commonLabels', 'labels', 'components', 'replacements', 'vars'],
  ...['patches', 'patchesStrategicMerge', 'patchesJson6902', 'helmCharts', 'helmChartInflationGenerator'],
  ...['generators', 'transformers'],
]
const listsOfParts = [
  'patches',
  'patchesStrategicMerge',
  'patchesJson6902',
  'replacements',
  'transformers',
  'generators',
]

/** Reads the kustomization in a file of that text; one that cannot be read is taken to change everything. */
export function readKustomization(file: string, text: string, reader: Reader): Kustomization {
  const [reading] = reader.read(text)
  const value = reading?.value
  if (!isObject(value)) return { parts: [], changes: text.trim() !== '' }
  const folder = dirname(file)
  const parts = [
    ...listsOfParts.flatMap((key) => listOf(value[key]).flatMap(pathOf)),
    ...listOf(value['configurations']).flatMap(pathOf),
    ...['configMapGenerator', 'secretGenerator'].flatMap((key) => listOf(value[key]).flatMap(filesOfGenerator)),
    ...listOf(value['helmCharts']).flatMap((chart) => (isObject(chart) ? pathOf(chart['valuesFile']) : [])),
  ]
  const resources = [...listOf(value['resources']), ...listOf(value['bases'])]
  return {
    parts: parts.map((path) => join(folder, path)),
    changes: changingKeys.some((key) => isFilled(value[key])) || resources.some(isRemote),
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function isFilled(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0
  return value !== undefined && value !== null && value !== ''
}

/** A path by itself or as `path: …`; a patch that is written in place has line breaks or braces, or none. */
function pathOf(item: unknown): string[] {
  const path = isObject(item) ? item['path'] : item
  return typeof path === 'string' && !/[\n{]/.test(path) ? [path] : []
}

/** `name=path`, or a path alone. */
function filesOfGenerator(generator: unknown): string[] {
  if (!isObject(generator)) return []
  return [...listOf(generator['files']), ...listOf(generator['envs'])].flatMap((item) =>
    typeof item === 'string' ? [item.slice(item.indexOf('=') + 1)] : [],
  )
}

function isRemote(resource: unknown): boolean {
  return typeof resource === 'string' && /:\/\/|^git@|[?&]ref=|^github\.com\//.test(resource)
}
