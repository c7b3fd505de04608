import { isIP } from 'node:net'
import { didYouMean } from '../../policy/suggest.ts'
import type { Place } from '../../policy/types.ts'
import { unreadable } from './drop-invalid.ts'
import type { Source, Target } from './model.ts'
import { parseSource } from './sources.ts'
import { parseTarget } from './target-text.ts'

/** The declarations of a scenario, and the problems found when names are looked up. */
export interface Names {
  readonly sources: Map<string, Source>
  readonly targets: Map<string, Target>
  /** Declared but unreadable. References to these are not reported again. */
  readonly brokenSources: ReadonlySet<string>
  readonly brokenTargets: ReadonlySet<string>
  readonly report: (place: Place, message: string, hint?: string) => void
}

/** Where a name is used. The exact place is computed only for a problem. */
export interface Mention {
  readonly entry: Place
  readonly exact: () => Place
}

/** Sources and targets written inline, each read once. */
export interface Lookup {
  readonly source: (text: string, at: Mention) => Source | undefined
  readonly target: (text: string, at: Mention) => Target | undefined
}

/** Looks up names: a declared name, or an inline noun, URL or `outside`. Anything else is reported and undefined. */
export function lookupIn(names: Names): Lookup {
  const { sources, targets, brokenSources, brokenTargets, report } = names
  const inlineSources = new Map<string, Source | string>()
  const inlineTargets = new Map<string, Target | string>()
  const source = (text: string, at: Mention): Source | undefined => {
    const found = sources.get(text)
    if (found !== undefined || brokenSources.has(text) || text === unreadable) return found
    if (!text.includes('/') && isIP(text) === 0 && text !== 'outside') {
      const other = targets.has(text) ? `"${text}" is a target` : undefined
      report(at.exact(), `no source is named "${text}"`, other ?? nearest(text, [...sources.keys(), ...brokenSources]))
      return undefined
    }
    return inline(inlineSources, text, at, parseSource, report)
  }
  const target = (text: string, at: Mention): Target | undefined => {
    const found = targets.get(text)
    if (found !== undefined || brokenTargets.has(text) || text === unreadable) return found
    if (!/[:/]/.test(text)) {
      const other = sources.has(text) ? `"${text}" is a source` : undefined
      report(at.exact(), `no target is named "${text}"`, other ?? nearest(text, [...targets.keys(), ...brokenTargets]))
      return undefined
    }
    return inline(inlineTargets, text, at, parseTarget, report)
  }
  return { source, target }
}

function inline<Spec extends object>(
  known: Map<string, (Spec & { readonly name: string; readonly place: Place }) | string>,
  text: string,
  at: Mention,
  parse: (text: string) => Spec | string,
  report: Names['report'],
): (Spec & { readonly name: string; readonly place: Place }) | undefined {
  let found = known.get(text)
  if (found === undefined) {
    const spec = parse(text)
    found = typeof spec === 'string' ? spec : { ...spec, name: text, place: at.entry }
    known.set(text, found)
  }
  if (typeof found !== 'string') return found
  report(at.exact(), found)
  return undefined
}

/** The nearest declared name, or all declared names if there are few. */
function nearest(text: string, declared: readonly string[]): string {
  const near = didYouMean(text, declared.slice(0, 1000))
  if (near !== undefined) return near
  const some = declared.slice(0, 10).join(', ')
  return declared.length === 0 ? 'none is declared' : `declared are ${some}${declared.length > 10 ? ', …' : ''}`
}
