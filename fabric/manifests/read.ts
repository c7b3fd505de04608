import { type Field, field, isObject, type Locate, type Path, report } from '../../policy/field.ts'
import type { Place, Problem } from '../../policy/types.ts'
import { type InputText, parseDocuments } from './document.ts'
import { keyOf, type ManifestObject, toManifestObject } from './object.ts'
import { createReader, type Reader } from './reader.ts'

/** Bytes (and characters) of one input. */
export const maxInputBytes = 64 * 1024 * 1024

export interface Manifests {
  readonly objects: readonly ManifestObject[]
  readonly problems: readonly Problem[]
}

/** Reads manifests as people have them: YAML or JSON, several documents, `kind: List` and `PodList` and the like. Never throws. */
export function readManifests(inputs: readonly InputText[], reader: Reader = createReader()): Manifests {
  const problems: Problem[] = []
  const objects = inputs.flatMap((input) => {
    const refusal = refusalOf(input)
    if (refusal === undefined) return readText(input, problems, reader)
    problems.push(refusal)
    return []
  })
  return { objects: numbered(objects), problems }
}

function readText(input: InputText, problems: Problem[], reader: Reader): ManifestObject[] {
  const before = problems.length
  const objects: ManifestObject[] = []
  for (const { value, at } of parseDocuments(input, problems, reader)) objects.push(...objectsOf(value, at, problems))
  if (problems.length > before && /\{\{.*\}\}/.test(input.text)) {
    const place: Place = { file: input.file, line: 1, column: 1 }
    const message = 'this looks like a template of a Helm chart, not like manifests'
    problems.push({ severity: 'warning', message, hint: 'give the output of: helm template CHART', place })
  }
  return objects
}

/** The objects of one document, of the items of a list as well. */
export function objectsOf(value: unknown, at: Locate, problems: Problem[]): ManifestObject[] {
  if (isObject(value) && typeof value.kind === 'string' && value.kind.endsWith('List') && Array.isArray(value.items)) {
    const list: Field = { value, path: [], source: { subject: '', at, problems } }
    return readList(list, value.kind, value.items)
  }
  const object = toManifestObject(value, at, problems)
  return object === undefined ? [] : [object]
}

/** Items of a typed list (`PodList`, as the API answers) carry no kind of their own. */
function readList(list: Field, kind: string, members: readonly unknown[]): ManifestObject[] {
  const { at, problems } = list.source
  const itemKind = kind.slice(0, -'List'.length)
  const { value: apiVersion } = field(list, 'apiVersion')
  return members.flatMap((member, index) => {
    const below = (path: Path): Path => ['items', index, ...path]
    const locate: Locate = (path, part) => at(below(path), part)
    const atMember = Object.assign(locate, { written: (path: Path) => at.written?.(below(path)) })
    if (!isObject(member)) {
      report(
        { value: member, path: ['items', index], source: list.source },
        { message: 'expected a Kubernetes object' },
      )
      return []
    }
    const typed = itemKind === '' ? member : { apiVersion, kind: itemKind, ...member }
    return objectsOf(typed, atMember, problems)
  })
}

/** Objects with `generateName` get names that differ. */
function numbered(objects: readonly ManifestObject[]): ManifestObject[] {
  const seen = new Map<string, number>()
  return objects.map((object) => {
    const metadata = object.value.metadata
    if (isObject(metadata) && typeof metadata.name === 'string' && metadata.name !== '') return object
    const count = (seen.get(keyOf(object)) ?? 0) + 1
    seen.set(keyOf(object), count)
    return { ...object, name: `${object.name.slice(0, -1)}${count}` }
  })
}

function refusalOf({ file, text }: InputText): Problem | undefined {
  const place = { file, line: 1, column: 1 }
  if (text.length > maxInputBytes) return { severity: 'error', message: tooLarge(text.length), place }
  if (text.includes('\0')) return { severity: 'error', message: 'this is a binary file, not a manifest', place }
  return undefined
}

/** The sentence that refuses an input of so many bytes, or of more than can be counted. */
export function tooLarge(bytes: number): string {
  const size = Number.isFinite(bytes) ? `${Math.ceil(bytes / 1024 / 1024)} MiB` : 'too much data'
  return `this is ${size}: manifests are read up to ${maxInputBytes / 1024 / 1024} MiB per file`
}
