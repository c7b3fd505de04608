import { dirname, join } from 'node:path'
import { isObject } from '../../policy/field.ts'
import type { Reader } from './reader.ts'

/** What a kustomization says of the files around it. */
export interface Kustomization {
  readonly file: string
  /** Files and folders that it renders; what it takes from elsewhere is not among them. */
  readonly resources: readonly string[]
  /** The same of components, which many kustomizations share. */
  readonly components: readonly string[]
  /** Where it puts what it renders. */
  readonly namespace?: string | undefined
  /** It adds labels to pods and to the selectors of workloads and Services. */
  readonly labelsSelectors: boolean
  /** What its resources lack it may add: selectors by labels, anything by patches. */
  readonly completes: boolean
  /** Files that it takes for something else than resources: patches, and what its generators read. */
  readonly parts: readonly string[]
  /** What it renders is not what its resources say: names, namespaces or labels change, or parts come from elsewhere. */
  readonly changes: boolean
}

export const kustomizationNames = ['kustomization.yaml', 'kustomization.yml', 'Kustomization']

const changingKeys = [
  'namespace',
  'namePrefix',
  'nameSuffix',
  'commonLabels',
  'labels',
  'components',
  'replacements',
  'vars',
  'patches',
  'patchesStrategicMerge',
  'patchesJson6902',
  'helmCharts',
  'helmChartInflationGenerator',
  'generators',
  'transformers',
]
const completingKeys = ['patches', 'patchesStrategicMerge', 'patchesJson6902', 'components', 'transformers']
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
  const none = { file, resources: [], components: [], labelsSelectors: false, completes: false }
  if (!isObject(value)) return { ...none, parts: [], changes: text.trim() !== '' }
  const folder = dirname(file)
  const local = (key: string) =>
    listOf(value[key]).flatMap((item) => (typeof item === 'string' && !isRemote(item) ? [join(folder, item)] : []))
  const parts = [
    ...listsOfParts.flatMap((key) => listOf(value[key]).flatMap(pathOf)),
    ...listOf(value['configurations']).flatMap(pathOf),
    ...['configMapGenerator', 'secretGenerator'].flatMap((key) => listOf(value[key]).flatMap(filesOfGenerator)),
    ...listOf(value['helmCharts']).flatMap((chart) => (isObject(chart) ? pathOf(chart['valuesFile']) : [])),
  ]
  const resources = [...listOf(value['resources']), ...listOf(value['bases'])]
  const labelsSelectors = isFilled(value['commonLabels']) || listOf(value['labels']).some(includesSelectors)
  return {
    file,
    resources: [...local('resources'), ...local('bases')],
    components: local('components'),
    namespace: typeof value['namespace'] === 'string' ? value['namespace'] : undefined,
    labelsSelectors,
    completes: labelsSelectors || completingKeys.some((key) => isFilled(value[key])),
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

function includesSelectors(item: unknown): boolean {
  return isObject(item) && item['includeSelectors'] === true && isFilled(item['pairs'])
}

function isRemote(resource: unknown): boolean {
  return typeof resource === 'string' && /:\/\/|^git@|[?&]ref=|^github\.com\//.test(resource)
}
