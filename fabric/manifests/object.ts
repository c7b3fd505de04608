import { text } from '../../policy/decode.ts'
import { type Field, field, fieldAt, isAbsent, isObject, type Locate, pathTo, report } from '../../policy/field.ts'
import type { Place, Problem } from '../../policy/types.ts'
import type { Manifest } from '../fabric.ts'
import { groupOf, isClusterScoped, isKnownKind } from './kinds.ts'

/** One Kubernetes object as written, with the places of its parts. */
export interface ManifestObject {
  readonly value: Manifest
  readonly apiVersion: string
  readonly kind: string
  /** The default namespace if an object names none; empty for cluster-scoped kinds. */
  readonly namespace: string
  readonly name: string
  readonly place: Place
  readonly at: Locate
}

/**
 * Reads apiVersion, kind and metadata of an object. Undefined, with problems, if the API server could not identify it.
 */
export function toManifestObject(value: unknown, at: Locate, problems: Problem[]): ManifestObject | undefined {
  const root: Field = { value, path: [], source: { subject: '', at, problems } }
  const place = at([]) ?? { file: '', line: 1, column: 1 }
  if (!isObject(value)) {
    report(root, { message: 'this is no Kubernetes object', hint: 'write apiVersion, kind, metadata and spec' })
    return undefined
  }
  const apiVersion = required(field(root, 'apiVersion'), 'apiVersion: v1, or apps/v1, networking.k8s.io/v1, …')
  const kind = required(field(root, 'kind'), 'kind: Pod, Service, NetworkPolicy, …')
  const metadata = field(root, 'metadata')
  if (apiVersion === undefined || kind === undefined) return undefined
  const namespace = text(field(metadata, 'namespace')) || undefined
  const name = nameOf(metadata, kind)
  if (name === undefined) return undefined
  // Finding a place may require parsing the document again. This place is already known.
  const known: Locate = (path, part) => (path.length === 0 && part !== 'key' ? place : at(path, part))
  const locate = Object.assign(known, { written: at.written })
  // A custom resource that was stored by a cluster without a namespace is cluster-scoped.
  const isStored = !isKnownKind(kind) && isObject(metadata.value) && metadata.value['uid'] !== undefined
  const own = isClusterScoped(kind) ? '' : (namespace ?? (isStored ? '' : 'default'))
  return { value, apiVersion, kind, name, place, at: locate, namespace: own }
}

/** The identity of an object in the API: group, kind, namespace and name, without the version. */
export function keyOf(object: Pick<ManifestObject, 'apiVersion' | 'kind' | 'namespace' | 'name'>): string {
  return `${groupOf(object.apiVersion)}/${object.kind}/${object.namespace}/${object.name}`
}

/** The object as the root field of a decoder. Problems have the form `Kind ns/name: path: …`. */
export function rootOf(object: ManifestObject, problems: Problem[]): Field {
  return { value: object.value, path: [], source: { subject: titleOf(object), at: object.at, problems } }
}

/** The name of an object in messages: `Deployment frontend/ui`. */
export function titleOf({ kind, namespace, name }: Pick<ManifestObject, 'kind' | 'namespace' | 'name'>): string {
  return `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`
}

/** `generateName` is the prefix of a name that the API server generates. Here the name ends in 1. */
function nameOf(metadata: Field, kind: string): string | undefined {
  const nameField = fieldAt(metadata, 'name')
  const name = text(nameField) || undefined
  if (name !== undefined || !(isAbsent(nameField) || nameField.value === '')) return name
  const prefix = text(fieldAt(metadata, 'generateName')) || undefined
  if (prefix !== undefined) return `${prefix}1`
  report(nameField, { message: `Required value: this ${kind} has no name`, hint: 'write metadata: {name: …}' })
  return undefined
}

function required(of: Field, hint: string): string | undefined {
  const value = text(of) || undefined
  if (value === undefined && (isAbsent(of) || of.value === '')) {
    report(of, {
      message: `this is no Kubernetes object: ${String(pathTo(of).at(-1))} is not set`,
      hint: `write ${hint}`,
    })
  }
  return value
}
