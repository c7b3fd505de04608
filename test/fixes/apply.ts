import { parseAllDocuments, stringify } from 'yaml'

interface Manifest {
  readonly kind: string
  readonly metadata: { readonly namespace?: string; readonly name: string }
}

/** Manifests as YAML after a fix: whole policies stand in place of those of their name, everything else is merged into its object. */
export function withFix(text: string, fix: string): string {
  const objects = read(text)
  for (const document of read(fix)) {
    const at = objects.findIndex((each) => isSame(each, document))
    const given = objects[at]
    if (given === undefined) objects.push(document)
    else objects[at] = document.kind === 'NetworkPolicy' ? document : (merged(given, document) as Manifest)
  }
  return objects.map((object) => stringify(object, { version: '1.1', aliasDuplicateObjects: false })).join('---\n')
}

function read(text: string): Manifest[] {
  const values = parseAllDocuments(text, { version: '1.1' }).map(
    (document) => document.toJS({ maxAliasCount: -1 }) as Manifest | null,
  )
  return values.flatMap((value) => (value === null ? [] : 'items' in value ? (value.items as Manifest[]) : [value]))
}

function isSame(a: Manifest, b: Manifest): boolean {
  const spaceOf = ({ kind, metadata }: Manifest) => (kind === 'Namespace' ? '' : (metadata.namespace ?? 'default'))
  return a.kind === b.kind && a.metadata.name === b.metadata.name && spaceOf(a) === spaceOf(b)
}

/** A JSON merge patch (RFC 7396), which a strategic merge patch of labels is. */
function merged(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const result: Record<string, unknown> = isObject(target) ? { ...target } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key]
    else result[key] = merged(result[key], value)
  }
  return result
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
