import type { Place } from '../../policy/types.ts'
import type { Document } from './documents.ts'
import { expectationOf, misfit } from './expectations.ts'
import type { ScenarioPath } from './model.ts'
import type { Lookup, Mention, Names } from './names.ts'
import type { Path } from './nodes.ts'
import type { PathSpec } from './paths.ts'

/** Maximum number of paths in a scenario, including the matrix. */
export const maxPaths = 1_000_000

export interface LinkContext {
  readonly document: Document
  readonly lookup: Lookup
  readonly report: Names['report']
  /** Number of paths that the scenario may still add. */
  readonly budget: { left: number }
}

/** Links every `from` to every `to` of each entry under `at`. Entries that cannot be linked are reported and omitted. */
export function linkPaths(specs: readonly PathSpec[], at: Path, context: LinkContext): ScenarioPath[] {
  const { document, lookup, report, budget } = context
  const named = new Map<string, Place>()
  return specs.flatMap((spec, index): ScenarioPath[] => {
    const path = [...at, index]
    const place = document.placeOf(path)
    const from = [spec.from].flat()
    const to = [spec.to].flat()
    budget.left -= from.length * to.length
    if (budget.left < 0) {
      if (budget.left + from.length * to.length >= 0) report(place, `the scenario comes to more than ${maxPaths} paths`)
      return []
    }
    checkName(spec.name, place, named, report)
    const mention = (...steps: Path): Mention => ({ entry: place, exact: () => document.placeOf([...path, ...steps]) })
    const sources = from.map((text, number) => lookup.source(text, mention('from', number)))
    const targets = to.map((text, number) => lookup.target(text, mention('to', number)))
    const control = spec.control && lookup.source(spec.control.from, mention('control', 'from'))
    const expect = expectationOf(spec.expect, spec)
    const reason = targets.map((target) => target && misfit(expect, target)).find((text) => text !== undefined)
    if (reason !== undefined) report(document.placeOf([...path, 'expect']), reason)
    const rest = { expect, place, closedWorld: false, ...optional(spec), ...(control && { control }) }
    return sources.flatMap((source) =>
      targets.flatMap((target) => (source && target ? [{ source, target, ...rest }] : [])),
    )
  })
}

function checkName(name: string | undefined, place: Place, named: Map<string, Place>, report: Names['report']): void {
  if (name === undefined) return
  const first = named.get(name)
  if (first !== undefined) report(place, `two paths are named "${name}"`, `first in line ${first.line}`)
  else named.set(name, place)
}

function optional(spec: PathSpec): Pick<ScenarioPath, 'tags' | 'only'> & Partial<ScenarioPath> {
  const { name, why, tags = [], family, deadline, attempts, only = false, skip } = spec
  return {
    tags,
    only,
    ...(name !== undefined && { name }),
    ...(why !== undefined && { why }),
    ...(family !== undefined && { family }),
    ...(deadline !== undefined && { deadlineMs: deadline }),
    ...(attempts !== undefined && { attempts }),
    ...(skip !== undefined && { skip }),
  }
}
