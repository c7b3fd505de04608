import { type Field, field, isObject, type Locate, type Path, report } from '../../policy/field.ts'
import type { Place, Problem } from '../../policy/types.ts'
import { inDefaultNamespace } from './default-namespace.ts'
import { type InputText, parseDocuments, type TextDocument } from './document.ts'
import { isKnownKind } from './kinds.ts'
import type { Kustomization } from './kustomizations.ts'
import { keyOf, type ManifestObject, toManifestObject } from './object.ts'
import { withoutPatches } from './partial.ts'
import {
  foreignness,
  isFaultyTemplate,
  isTemplateText,
  mayBeManifest,
  type PassedOver,
  type Reason,
} from './passed-over.ts'
import { createReader, type Reader } from './reader.ts'
import { createRenderings } from './renderings.ts'

/** Maximum bytes (and characters) of one input. */
export const maxInputBytes = 64 * 1024 * 1024

export interface Manifests {
  readonly objects: readonly ManifestObject[]
  readonly problems: readonly Problem[]
}

/** Manifests, and the contents of the inputs that are not manifests. */
export interface Loaded extends Manifests {
  /** Files in folders without objects. */
  readonly passedOver: readonly PassedOver[]
  /** Files with objects that could not be read. A missing object may be in one of them. */
  readonly unreadable: readonly string[]
  /** Files that were found in folders, not named by the user. */
  readonly found: readonly string[]
  /** Kustomizations in the folders, which are not rendered. */
  readonly kustomizations: readonly Kustomization[]
}

export interface ReadOptions {
  readonly reader?: Reader | undefined
  /** The namespace of objects that name none. */
  readonly namespace?: string | undefined
  /** Kustomizations that were found in the input folders. */
  readonly kustomizations?: readonly Kustomization[]
}

/** Parses manifests: YAML or JSON, several documents, `kind: List`, `PodList` and similar. Never throws. */
export function readManifests(
  inputs: readonly InputText[],
  { reader = createReader(), namespace = 'default', kustomizations = [] }: ReadOptions = {},
): Loaded {
  const read = inputs.map((input) => readText(input, reader))
  const all = numbered(read.flatMap((each) => each.objects))
  const { objects, patches } = withoutPatches(all, inputs, createRenderings(kustomizations))
  const notRendered = kustomizations.map(
    ({ file, changes }): PassedOver => ({ file, why: 'kustomization', hides: changes }),
  )
  return {
    objects: inDefaultNamespace(objects, namespace),
    problems: read.flatMap(({ problems }) => problems),
    passedOver: [...notRendered, ...read.flatMap((each) => each.passedOver ?? []), ...patches],
    unreadable: read.flatMap(({ problems, file }) => (problems.some(isError) ? [file] : [])),
    found: inputs.flatMap(({ file, found = false }) => (found ? [file] : [])),
    kustomizations,
  }
}

interface Read extends Manifests {
  readonly file: string
  readonly passedOver?: PassedOver
}

function readText(input: InputText, reader: Reader): Read {
  const { file, text, found = false, role } = input
  const foreign = (why: Reason): Read => {
    const hides = why === 'template' || why === 'encrypted'
    return { file, objects: [], problems: [], passedOver: { file, why, hides } }
  }
  if (found && role === 'part') return foreign('patch')
  if (found && role === 'template' && isTemplateText(text)) return foreign('template')
  // Every object contains these words, and parsing a large file takes long.
  if (found && !/apiVersion|kind/.test(text)) return foreign('no-object')
  const refusal = refusalOf(input)
  if (refusal !== undefined) return { file, objects: [], problems: [refusal] }
  const problems: Problem[] = []
  const documents = [...parseDocuments(input, problems, reader)]
  if (found) {
    const why = whyForeign(text, documents, problems)
    if (why !== undefined) return foreign(why)
  }
  const objects = documents.flatMap(({ value, at }) => objectsOf(value, at, problems))
  if (!found && problems.length > 0 && isTemplateText(text)) problems.push(templateWarning(file))
  return { file, objects, problems }
}

/**
 * Why a file in a folder is not a manifest; undefined if it contains an object, or may contain one in an unreadable
 * part.
 */
function whyForeign(text: string, documents: readonly TextDocument[], faults: readonly Problem[]): Reason | undefined {
  const lines = faults.flatMap(({ place }) => place?.line ?? [])
  if (faults.length > 0 && isFaultyTemplate(text, lines)) return 'template'
  const whys = documents.map(({ value }) => foreignness(value, text))
  if (whys.includes('template')) return 'template'
  if (faults.length > 0 && mayBeManifest(text)) return undefined
  return whys.includes(undefined) ? undefined : (whys.find((why) => why !== 'no-object') ?? 'no-object')
}

function templateWarning(file: string): Problem {
  const message = 'this looks like a template of a Helm chart, not like manifests'
  const place: Place = { file, line: 1, column: 1 }
  return { severity: 'warning', message, hint: 'give the output of: helm template CHART', place }
}

function isError({ severity }: Problem): boolean {
  return severity === 'error'
}

/** The objects of one document, including list items. */
export function objectsOf(value: unknown, at: Locate, problems: Problem[]): ManifestObject[] {
  if (isObject(value) && typeof value.kind === 'string' && value.kind.endsWith('List')) {
    const list: Field = { value, path: [], source: { subject: '', at, problems } }
    if (Array.isArray(value.items)) return readList(list, value.kind, value.items)
    // Go writes an empty list this way.
    const isEmpty = value.items === null && (value.kind === 'List' || isKnownKind(value.kind.slice(0, -'List'.length)))
    if (isEmpty) return []
  }
  const object = toManifestObject(value, at, problems)
  return object === undefined ? [] : [object]
}

/** Items of a typed list (`PodList`, as in API responses) have no kind. */
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

/** Gives objects with `generateName` distinct names. */
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

/** The error for an input of that many bytes; without a number if it was too large to measure. */
export function tooLarge(bytes: number): string {
  const size = Number.isFinite(bytes) ? `${Math.ceil(bytes / 1024 / 1024)} MiB` : 'too much data'
  return `this is ${size}: manifests are read up to ${maxInputBytes / 1024 / 1024} MiB per file`
}
