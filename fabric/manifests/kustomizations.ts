import { dirname, join } from 'node:path'
import { isObject } from '../../policy/field.ts'
import type { Reader } from './reader.ts'

/** What a kustomization says about the files around it. */
export interface Kustomization {
  readonly file: string
  /** Local files and folders that it renders. Remote resources are not included. */
  readonly resources: readonly string[]
  /** Local components, which many kustomizations share. */
  readonly components: readonly string[]
  /** The namespace of the rendered objects. */
  readonly namespace?: string | undefined
  /** Whether it adds labels to pods and to the selectors of workloads and Services. */
  readonly labelsSelectors: boolean
  /** Whether it may add what its resources lack: selectors by labels, anything by patches. */
  readonly completes: boolean
  /** Files that are not resources: patches, and files that its generators read. */
  readonly parts: readonly string[]
  /**
   * Whether the rendered objects differ from the resources: names, namespaces or labels change, or parts are remote.
   */
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

/** Parses the kustomization in a file with that text. One that cannot be parsed is assumed to change everything. */
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

/** A path, plain or as `path: …`. An inline patch has line breaks or braces, and no path. */
function pathOf(item: unknown): string[] {
  const path = isObject(item) ? item['path'] : item
  return typeof path === 'string' && !/[\n{]/.test(path) ? [path] : []
}

/** `name=path`, or only a path. */
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
