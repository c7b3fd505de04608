import { isObject } from '../../policy/field.ts'
import { isKnownKind } from './kinds.ts'

/** A file in a folder that contains no complete Kubernetes object. */
export interface PassedOver {
  readonly file: string
  readonly why: Reason
  /**
   * Whether it may produce objects that are not in the input: a template, or a kustomization that changes what it
   * renders.
   */
  readonly hides: boolean
}

/** For inputs that contain only objects. */
export const nothingElse = { passedOver: [], unreadable: [], found: [], kustomizations: [] } as const

/** The kinds of such files, each with the words for one and for several. */
export const reasons = {
  'no-object': { one: 'holds no Kubernetes object', many: 'hold no Kubernetes object' },
  template: { one: 'is a template', many: 'are templates' },
  kustomization: { one: 'is a kustomization', many: 'are kustomizations' },
  patch: { one: 'is a part of a kustomization', many: 'are parts of kustomizations' },
  encrypted: { one: 'is encrypted', many: 'are encrypted' },
} as const

export type Reason = keyof typeof reasons

/** Template syntax of Helm, Jinja and similar tools. Such a file is rendered before kubectl reads it. */
const templateMarks = [
  /\{\{-?\s*(\.|\/\*|\$|["(]|(if|else|end|range|with|include|template|define|block|tpl|default|printf|lookup|required|quote|toYaml|fail)\b)/,
  /\{%-?\s*\w+/,
]
/** Placeholders for sed and envsubst. They may mean something else, so they count only at a parse error. */
const weakMark = /[:-]\s+["']?(@\w+@|%%\w+%%|\$\{\w+)/
/** In a name: template syntax, and values such as `_` that a kustomization replaces. */
const placeholder = /\{\{|\{%|\$\{|\$\(|^@\w+@|^[^a-z0-9]+$/i

/** Whether a text is a template. Used for invalid YAML and for files in a chart's templates. */
export function isTemplateText(text: string): boolean {
  return templateMarks.some((mark) => mark.test(text))
}

/** Whether a text with parse errors at these lines (from 1) is a template. */
export function isFaultyTemplate(text: string, faults: readonly number[]): boolean {
  if (isTemplateText(text)) return true
  const lines = text.split('\n')
  return faults.some((line) => weakMark.test(lines[line - 1] ?? ''))
}

/** Whether a text that cannot be parsed may be a manifest. Skipping it would be a mistake. */
export function mayBeManifest(text: string): boolean {
  if (/^(?:- )?(?:apiVersion|kind)[ \t]*:/m.test(text)) return true
  return /"apiVersion"\s*:/.test(text) && /"kind"\s*:/.test(text)
}

/** Why a document in a folder is not an object; undefined if it is one, or is meant to be. */
export function foreignness(value: unknown, text: string): Reason | undefined {
  if (!isObject(value)) return 'no-object'
  const { apiVersion, kind, metadata } = value
  const { name, generateName, namespace } = isObject(metadata) ? metadata : {}
  const head = [apiVersion, kind, name, namespace].filter((part) => typeof part === 'string')
  if (isObject(value['sops']) && head.some((part) => part.startsWith('ENC['))) return 'encrypted'
  if (text.includes('$patch') && hasKey(value, (key) => key === '$patch')) return 'patch'
  // `{{name}}` without quotes is a map with a map as its key.
  if (text.includes('{{') && hasKey(value, (key) => key.startsWith('{ '))) return 'template'
  const known = typeof kind === 'string' && isKnownKind(kind)
  if (typeof apiVersion === 'string' && typeof kind === 'string') {
    if (head.some((part) => placeholder.test(part))) return 'template'
    // Configuration of kind, kubeadm, the kubelet and similar tools looks like an object, but has no name.
    const isObjectOrList = known || Array.isArray(value['items']) || (name ?? generateName) !== undefined
    return isObjectOrList ? undefined : 'no-object'
  }
  const isMeantToBe = (known || typeof apiVersion === 'string') && isObject(metadata) && isObject(value['spec'])
  return isMeantToBe ? undefined : 'no-object'
}

/** Whether a matching key occurs anywhere in plain data. A strategic merge patch has directives in `$patch`. */
function hasKey(value: unknown, wanted: (key: string) => boolean, depth = 0): boolean {
  if (depth > 12) return false
  if (Array.isArray(value)) return value.some((item) => hasKey(item, wanted, depth + 1))
  return isObject(value) && Object.entries(value).some(([key, part]) => wanted(key) || hasKey(part, wanted, depth + 1))
}
