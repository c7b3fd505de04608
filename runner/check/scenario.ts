import type { Family } from '../../checks/vantage.ts'
import type { World } from '../../fabric/world.ts'
import { labSettingsSchema } from '../../lab/settings.ts'
import type { Place, Problem } from '../../policy/types.ts'
import { withFamilies } from '../scenario/families.ts'
import type { Expectation, Scenario, ScenarioPath, Source, Target } from '../scenario/model.ts'
import { readFrom, readTo } from './endpoints.ts'

/** One path, as in `crosscheck check FROM TO`. */
export interface Question {
  readonly from: string
  readonly to: string
  /** If absent, the path is compared with both expectations, and the one that holds is the answer. */
  readonly expect?: 'open' | 'blocked'
  readonly family?: Family
  readonly deadlineMs?: number
}

const nowhere: Place = { file: 'command line', line: 1, column: 1 }
const expectations = { open: { kind: 'allowed' }, blocked: { kind: 'blocked', layer: 4 } } as const satisfies Record<
  string,
  Expectation
>

/** The question as a scenario with one path per expectation, or the problems in its words. */
export function scenarioOf(question: Question, world: World): Scenario | { readonly problems: readonly Problem[] } {
  const from = readFrom(question.from, world)
  const to = readTo(question.to, world)
  const wrong = [
    ...(typeof from === 'string' ? [`FROM: ${from}`] : []),
    ...(typeof to === 'string' ? [`TO: ${to}`] : []),
  ]
  if (typeof from === 'string' || typeof to === 'string')
    return { problems: wrong.map((message) => ({ severity: 'error', message })) }
  const source: Source = { ...from, name: question.from, place: nowhere }
  const target: Target = { ...to, name: question.to, place: nowhere }
  const wanted = question.expect === undefined ? (['open', 'blocked'] as const) : [question.expect]
  const paths = wanted.map((name): ScenarioPath => pathOf(source, target, expectations[name], question))
  return {
    name: 'check',
    tags: [],
    place: nowhere,
    variables: {},
    manifests: [],
    lab: withFamilies(labSettingsSchema.parse({}), paths),
    sources: new Map([[source.name, source]]),
    targets: new Map([[target.name, target]]),
    steps: [],
    paths,
  }
}

function pathOf(source: Source, target: Target, expect: Expectation, { family, deadlineMs }: Question): ScenarioPath {
  return {
    source,
    target,
    expect,
    place: nowhere,
    closedWorld: false,
    tags: [],
    only: false,
    ...(family === undefined ? {} : { family }),
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
  }
}
