import { didYouMean } from '../../policy/suggest.ts'
import type { Place } from '../../policy/types.ts'
import { type LinkContext, maxPaths } from './link-paths.ts'
import { type MatrixSpec, parseArrow } from './matrix.ts'
import type { ScenarioPath, Source, Target } from './model.ts'
import type { Path } from './nodes.ts'

/** Every cell of a matrix as a path: allowed if an entry says so, else blocked. */
export function linkMatrix(spec: MatrixSpec, at: Path, context: LinkContext): ScenarioPath[] {
  const { document, lookup, report, budget } = context
  const place = document.keyPlaceOf(at)
  budget.left -= spec.from.length * spec.to.length
  if (budget.left < 0) {
    report(place, `the scenario comes to more than ${maxPaths} paths`)
    return []
  }
  const mention = (...steps: Path) => ({ entry: place, exact: () => document.placeOf([...at, ...steps]) })
  const sources = new Map(spec.from.map((text, index) => [text, lookup.source(text, mention('from', index))]))
  const targets = new Map(spec.to.map((text, index) => [text, lookup.target(text, mention('to', index))]))
  spec.to.forEach((text, index) => {
    if (targets.get(text)?.kind === 'dns')
      report(document.placeOf([...at, 'to', index]), 'a matrix takes no dns targets: assert them as paths')
  })
  const open = readAllowed(spec, at, context)
  const rest = {
    closedWorld: true,
    only: false,
    tags: spec.tags ?? [],
    ...(spec.why !== undefined && { why: spec.why }),
  }
  const cell = (source: Source, target: Target, entry: Entry | undefined): ScenarioPath => ({
    source,
    target,
    expect: entry ? { kind: 'allowed' } : { kind: 'blocked', layer: 4 },
    place: entry?.place ?? place,
    ...rest,
    ...(entry?.exact && { listed: true }),
  })
  return [...sources].flatMap(([from, source]) =>
    [...targets].flatMap(([to, target]) => (source && target ? [cell(source, target, open(from, to))] : [])),
  )
}

/** The entry that opens a cell. `exact`: it names both ends without `*`. */
interface Entry {
  readonly place: Place
  readonly exact: boolean
}

type Open = (from: string, to: string) => Entry | undefined

/** The cells that the entries of `allowed` open, with the place of each entry. */
function readAllowed(spec: MatrixSpec, at: Path, { document, report }: LinkContext): Open {
  const entries = new Map<string, Entry>()
  const sides = { from: new Set([...spec.from, '*']), to: new Set([...spec.to, '*']) }
  for (const [index, text] of spec.allowed.entries()) {
    const arrow = parseArrow(text)
    const place = document.placeOf([...at, 'allowed', index])
    if (arrow === undefined) {
      report(place, `expected "source -> target", got "${text}"`)
      continue
    }
    for (const side of ['from', 'to'] as const) {
      const name = arrow[side]
      if (sides[side].has(name)) continue
      report(
        place,
        `"${name}" is not in the matrix's ${side}`,
        didYouMean(name, spec[side]) ?? `it holds ${spec[side].join(', ')}`,
      )
    }
    entries.set(`${arrow.from} ${arrow.to}`, { place, exact: arrow.from !== '*' && arrow.to !== '*' })
  }
  return (from, to) =>
    entries.get(`${from} ${to}`) ?? entries.get(`${from} *`) ?? entries.get(`* ${to}`) ?? entries.get('* *')
}
