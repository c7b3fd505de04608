import type { Place, Problem } from './types.ts'

export type Path = readonly (string | number)[]

/** Where a path of an object stands in the user's file: its value, or its key; the nearest thing above when it is absent. */
export interface Locate {
  (path: Path, part?: 'key' | 'value'): Place | undefined
  /** A plain scalar as it stands in the file, which its value may not show (`00012` is read as 10); absent where there is no file. */
  readonly written?: ((path: Path) => string | undefined) | undefined
}

/** The way to a spot, step by step from its end: most are never asked for, and to write each down as a list would take longer than to read the value. */
interface Step {
  readonly above: Path | Step
  readonly key: string | number
}

/** One spot of an object being decoded, with what is needed to report a problem there. */
export interface Field {
  readonly value: unknown
  /** See `pathTo`. */
  readonly path: Path | Step
  readonly source: Source
}

/** The object being decoded: its name for messages (`NetworkPolicy ns/name`), its places, and the problems found so far. */
export interface Source {
  readonly subject: string
  readonly at: Locate
  readonly problems: Problem[]
}

export interface Remark {
  readonly message: string
  readonly hint?: string | undefined
  readonly severity?: 'error' | 'warning'
  readonly part?: 'key' | 'value'
}

/** Records a problem at a field: `NetworkPolicy ns/name: spec.ingress[0]: message`. */
export function report(field: Field, { message, hint, severity = 'error', part = 'value' }: Remark): void {
  const { subject, at, problems } = field.source
  const whole = pathTo(field)
  const place = at(whole, part)
  const path = pathText(whole)
  problems.push({
    severity,
    message: [subject, path, message].filter((text) => text !== '').join(': '),
    ...(hint === undefined ? {} : { hint }),
    ...(place === undefined ? {} : { place }),
  })
}

/** The field one key below, `undefined` in it when absent; only own keys count. */
export function field(parent: Field, key: string): Field {
  const object = parent.value
  const value = isObject(object) && Object.hasOwn(object, key) ? object[key] : undefined
  return { value, path: { above: parent.path, key }, source: parent.source }
}

/** The items of a list as fields; none where the value is no list. */
export function itemsIn({ value, path, source }: Field): readonly Field[] {
  if (!Array.isArray(value)) return []
  return value.map((item: unknown, key) => ({ value: item, path: { above: path, key }, source }))
}

/** Where a field stands in its object. */
export function pathTo({ path }: Pick<Field, 'path'>): Path {
  return 'above' in path ? [...pathTo({ path: path.above }), path.key] : path
}

/** A field some keys below. */
export function fieldAt(parent: Field, ...keys: readonly string[]): Field {
  return keys.reduce(field, parent)
}

/** Whether the API server sees nothing here: it treats null as absent. */
export function isAbsent({ value }: Field): boolean {
  return value === undefined || value === null
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A path as people write it: `spec.ingress[0].from`, keys that need it in brackets and quotes. */
function pathText(path: Path): string {
  return path.reduce<string>((done, step) => {
    if (typeof step === 'number') return `${done}[${step}]`
    if (!/^[A-Za-z_][\w-]*$/.test(step)) return `${done}[${JSON.stringify(step)}]`
    return done === '' ? step : `${done}.${step}`
  }, '')
}
