import type { Place, Problem } from './types.ts'

export type Path = readonly (string | number)[]

/** Returns the place of a path in the user's file, for its value or its key. If the path is absent, returns the nearest existing parent. */
export interface Locate {
  (path: Path, part?: 'key' | 'value'): Place | undefined
  /** A plain scalar as written in the file, which its value may not show (`00012` is read as 10). Absent if there is no file. */
  readonly written?: ((path: Path) => string | undefined) | undefined
}

/** A field path as a linked list from the leaf. It is converted to a list only on demand, because most paths are never read. */
interface Step {
  readonly above: Path | Step
  readonly key: string | number
}

/** One location in an object being decoded, with what is needed to report a problem there. */
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

/** Returns the field for a key. Its value is `undefined` if the key is absent. Only own keys count. */
export function field(parent: Field, key: string): Field {
  const object = parent.value
  const value = isObject(object) && Object.hasOwn(object, key) ? object[key] : undefined
  return { value, path: { above: parent.path, key }, source: parent.source }
}

/** Returns the items of a list as fields. Empty if the value is not a list. */
export function itemsIn({ value, path, source }: Field): readonly Field[] {
  if (!Array.isArray(value)) return []
  return value.map((item: unknown, key) => ({ value: item, path: { above: path, key }, source }))
}

/** Returns the path of a field in its object. */
export function pathTo({ path }: Pick<Field, 'path'>): Path {
  return 'above' in path ? [...pathTo({ path: path.above }), path.key] : path
}

/** Returns the field at a path of keys. */
export function fieldAt(parent: Field, ...keys: readonly string[]): Field {
  return keys.reduce(field, parent)
}

/** Whether the API server treats the field as absent, as it does null. */
export function isAbsent({ value }: Field): boolean {
  return value === undefined || value === null
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Formats a path: `spec.ingress[0].from`. Keys that need it are in brackets and quotes. */
function pathText(path: Path): string {
  return path.reduce<string>((done, step) => {
    if (typeof step === 'number') return `${done}[${step}]`
    if (!/^[A-Za-z_][\w-]*$/.test(step)) return `${done}[${JSON.stringify(step)}]`
    return done === '' ? step : `${done}.${step}`
  }, '')
}
