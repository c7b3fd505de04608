import { didYouMean } from '../../policy/suggest.ts'
import type { Problem } from '../../policy/types.ts'
import type { Document } from './documents.ts'
import { apiVersion } from './schema.ts'

/** Whether a document means to be a scenario: by its kind, or by its API group. */
export function looksLikeScenario({ value }: Document): boolean {
  const { apiVersion: version, kind } = headOf(value)
  return kind === 'Scenario' || (typeof version === 'string' && version.startsWith('crosscheck.dev/'))
}

/** Why a document cannot be read as a scenario at all, or undefined. */
export function misidentified(document: Document): Problem | undefined {
  const { value, place } = document
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return error(place, 'expected a scenario: a mapping with apiVersion, kind, metadata and spec')
  }
  const { apiVersion: version, kind } = headOf(value)
  if (version === undefined || kind === undefined) {
    const missing = version === undefined ? 'apiVersion' : 'kind'
    const line = version === undefined ? `apiVersion: ${apiVersion}` : 'kind: Scenario'
    return error(place, `${missing} is missing: this is no scenario`, `a scenario begins with ${line}`)
  }
  if (typeof version === 'string' && !version.startsWith('crosscheck.dev/')) {
    if (kind === 'Scenario')
      return error(document.placeOf(['apiVersion']), `unknown apiVersion "${version}"`, `write ${apiVersion}`)
    const message = `this is a Kubernetes object (${version} ${String(kind)}), not a scenario`
    return error(place, message, 'list its file under spec.manifests of a scenario')
  }
  if (version !== apiVersion) {
    return error(
      document.placeOf(['apiVersion']),
      `unknown apiVersion "${String(version)}"`,
      `this version reads ${apiVersion}`,
    )
  }
  if (kind === 'Scenario') return undefined
  const hint = didYouMean(String(kind), ['Scenario']) ?? 'write kind: Scenario'
  return error(document.placeOf(['kind']), `unknown kind "${String(kind)}"`, hint)
}

function headOf(value: unknown): { readonly apiVersion?: unknown; readonly kind?: unknown } {
  return typeof value === 'object' && value !== null ? value : {}
}

function error(place: Problem['place'] & object, message: string, hint?: string): Problem {
  return { severity: 'error', message, place, ...(hint !== undefined && { hint }) }
}
