import { scenarioSchema } from './schema.ts'

interface Located {
  readonly path: readonly PropertyKey[]
}

type Data = Record<string, unknown>

/** Replaces a name that could not be read. References to it are not reported again. */
export const unreadable = 'unreadable'

/**
 * A copy of a raw document without the parts that its issues affect, so that the names in the rest can be checked in the same pass. Placeholders
 * replace broken paths and steps, so that indexes still match places.
 */
export function withoutBroken(value: unknown, issues: readonly Located[]): unknown {
  const copy = structuredClone(value)
  for (const { path } of issues.toSorted((a, b) => b.path.length - a.path.length)) remove(copy as Data, path)
  return copy
}

function remove(root: Data, path: readonly PropertyKey[]): void {
  const [section, field, item, part, index] = path
  if (section === 'metadata') root.metadata = { name: unreadable }
  else if (section !== 'spec' || field === undefined || !isData(root.spec)) keepKnown(root)
  else if (!mendItem(root.spec[String(field)], { field, item, inner: part === 'paths' ? index : undefined })) {
    delete root.spec[String(field)]
  }
}

interface Item {
  readonly field: PropertyKey
  readonly item: PropertyKey | undefined
  /** The path within a step. */
  readonly inner: PropertyKey | undefined
}

/** Returns false if the whole field is broken. */
function mendItem(content: unknown, { field, item, inner }: Item): boolean {
  if (item === undefined) return false
  if ((field === 'sources' || field === 'targets') && isData(content)) return delete content[String(item)]
  if (!Array.isArray(content) || typeof item !== 'number') return false
  if (field === 'paths') content[item] = harmlessPath(content[item])
  else if (field === 'steps') mendStep(content, item, typeof inner === 'number' ? inner : undefined)
  else return false
  return true
}

function keepKnown(root: Data): void {
  keepKeys(root, scenarioSchema.shape)
  if (!isData(root.metadata)) root.metadata = { name: unreadable }
  if (!isData(root.spec)) root.spec = {}
  keepKeys(root.spec as Data, scenarioSchema.shape.spec.shape)
}

function keepKeys(data: Data, shape: object): void {
  for (const key of Object.keys(data)) if (!Object.hasOwn(shape, key)) delete data[key]
}

function harmlessPath(path: unknown): Data {
  const { from, to } = isData(path) ? path : {}
  return { from: namesIn(from), to: namesIn(to), expect: 'allowed' }
}

function namesIn(names: unknown): unknown {
  const texts = [names].flat().filter((text) => typeof text === 'string' && text !== '' && text.length <= 2048)
  return texts.length > 0 ? texts : unreadable
}

function mendStep(steps: unknown[], at: number, brokenPath: number | undefined): void {
  const step = isData(steps[at]) ? steps[at] : {}
  const paths: unknown[] = Array.isArray(step.paths) ? step.paths : []
  if (brokenPath === undefined) steps[at] = { label: { object: `ns/${unreadable}`, labels: {} }, paths }
  else if (brokenPath < paths.length) paths[brokenPath] = harmlessPath(paths[brokenPath])
}

function isData(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
