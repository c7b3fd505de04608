import { didYouMean } from '../../policy/suggest.ts'
import type { Place, Problem } from '../../policy/types.ts'
import type { Document } from './documents.ts'
import { apiVersion } from './schema.ts'

/** Whether a document is meant as a scenario, by its kind or its API group. */
export function looksLikeScenario({ value }: Document): boolean {
  const { apiVersion: version, kind } = headOf(value)
  return kind === 'Scenario' || (typeof version === 'string' && version.startsWith('crosscheck.dev/'))
}

/** Whether a document is a Kubernetes object, including custom resources. */
export function isForeign({ value }: Document): boolean {
  const { apiVersion: version, kind } = headOf(value)
  if (typeof version !== 'string' || typeof kind !== 'string') return false
  return !version.startsWith('crosscheck.dev/') && kind !== 'Scenario'
}

/** Why a document cannot be read as a scenario; undefined if it can. */
export function misidentified(document: Document): Problem | undefined {
  const { value, place } = document
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return error(place, 'expected a scenario: a mapping with apiVersion, kind, metadata and spec')
  }
  const { apiVersion: version, kind } = headOf(value)
  if (typeof version !== 'string') return incomplete(place, 'apiVersion', `apiVersion: ${apiVersion}`)
  if (typeof kind !== 'string') return incomplete(place, 'kind', 'kind: Scenario')
  if (isForeign(document)) {
    const hint = 'list its file under spec.manifests of a scenario'
    return error(place, `this is a Kubernetes object (${version} ${kind}), not a scenario`, hint)
  }
  if (version !== apiVersion) {
    return error(
      document.placeOf(['apiVersion']),
      `unknown apiVersion "${version}"`,
      `this version reads ${apiVersion}`,
    )
  }
  if (kind === 'Scenario') return undefined
  return error(
    document.placeOf(['kind']),
    `unknown kind "${kind}"`,
    didYouMean(kind, ['Scenario']) ?? 'write kind: Scenario',
  )
}

function incomplete(place: Place, key: string, line: string): Problem {
  return error(place, `${key} is missing: this is no scenario`, `a scenario has the line ${line}`)
}

function headOf(value: unknown): { readonly apiVersion?: unknown; readonly kind?: unknown } {
  return typeof value === 'object' && value !== null ? value : {}
}

function error(place: Place, message: string, hint?: string): Problem {
  return { severity: 'error', message, place, ...(hint !== undefined && { hint }) }
}
