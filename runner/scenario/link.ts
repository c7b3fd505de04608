import { dirname, isAbsolute, join, normalize, sep } from 'node:path'
import type { Place, Problem } from '../../policy/types.ts'
import type { Document } from './documents.ts'
import { withFamilies } from './families.ts'
import { linkMatrix } from './link-matrix.ts'
import { type LinkContext, linkPaths, maxPaths } from './link-paths.ts'
import { mergePaths } from './merge.ts'
import type { ManifestPath, Scenario, Source, Step, Target } from './model.ts'
import { lookupIn, type Names } from './names.ts'
import type { ScenarioSpec } from './schema.ts'
import type { StepSpec } from './steps.ts'

export interface Linked {
  readonly scenario: Scenario
  readonly problems: readonly Problem[]
}

/** Links every name of a valid scenario to its object and expands lists and the matrix. The scenario is usable only without errors. */
export function link(spec: ScenarioSpec, document: Document, variables: Readonly<Record<string, string>>): Linked {
  const problems: Problem[] = []
  const report = (place: Place, message: string, hint?: string) => {
    problems.push({ severity: 'error', message, place, ...(hint !== undefined && { hint }) })
  }
  const names = declare(spec, document, report)
  const context: LinkContext = { document, lookup: lookupIn(names), report, budget: { left: maxPaths } }
  const explicit = linkPaths(spec.spec.paths, ['spec', 'paths'], context)
  const { matrix = [] } = spec.spec
  const cells = Array.isArray(matrix)
    ? matrix.flatMap((one, index) => linkMatrix(one, ['spec', 'matrix', index], context))
    : linkMatrix(matrix, ['spec', 'matrix'], context)
  const { name, description, tags = [] } = spec.metadata
  const { settle, deadline, lab, manifests, mesh } = spec.spec
  const paths = mergePaths(explicit, cells, report)
  const steps = spec.spec.steps.map((step, index) => linkStep(step, index, context))
  const scenario: Scenario = {
    name,
    tags,
    place: document.place,
    variables,
    manifests: filesBelow(manifests, ['spec', 'manifests'], context),
    lab: withFamilies(lab, [...paths, ...steps.flatMap((step) => step.paths)]),
    sources: names.sources,
    targets: names.targets,
    paths,
    steps,
    ...(description !== undefined && { description }),
    ...(mesh && { mesh }),
    ...(settle !== undefined && { settleMs: settle }),
    ...(deadline !== undefined && { deadlineMs: deadline }),
  }
  return { scenario, problems }
}

/** Sources and targets by name. Those in the document that the valid spec lacks are broken. */
function declare({ spec }: ScenarioSpec, document: Document, report: Names['report']): Names {
  const placed = <Kind extends object>(section: 'sources' | 'targets', all: Readonly<Record<string, Kind>>) =>
    new Map(
      Object.entries(all).map(([name, one]) => [
        name,
        { ...one, name, place: document.keyPlaceOf(['spec', section, name]) },
      ]),
    )
  const raw = (document.value as { spec?: Partial<Record<'sources' | 'targets', object>> | null }).spec
  const sources: Map<string, Source> = placed('sources', spec.sources)
  const targets: Map<string, Target> = placed('targets', spec.targets)
  return {
    sources,
    targets,
    brokenSources: new Set(Object.keys(raw?.sources ?? {}).filter((name) => !sources.has(name))),
    brokenTargets: new Set(Object.keys(raw?.targets ?? {}).filter((name) => !targets.has(name))),
    report,
  }
}

function linkStep(step: StepSpec, index: number, context: LinkContext): Step {
  const at = ['spec', 'steps', index]
  const { document, report } = context
  return {
    name: step.name ?? `step ${index + 1}`,
    place: document.placeOf(at),
    change: step.apply
      ? { kind: 'apply', files: filesBelow(step.apply, [...at, 'apply'], context) }
      : step.delete
        ? { kind: 'delete', objects: step.delete }
        : { kind: 'label', ...(step.label ?? { object: unnamed, labels: {} }) },
    paths: mergePaths(linkPaths(step.paths, [...at, 'paths'], context), [], report),
  }
}

const unnamed = { apiVersion: 'v1', kind: 'Namespace', namespace: '', name: '' }

/** Paths in the scenario's folder, relative to the working directory. manifests.ts checks the file system later. */
function filesBelow(
  paths: readonly string[],
  at: readonly PropertyKey[],
  { document, report }: LinkContext,
): ManifestPath[] {
  return paths.flatMap((path, index): ManifestPath[] => {
    const place = document.placeOf([...at, index])
    const inside = normalize(path)
    if (!isAbsolute(path) && inside !== '..' && !inside.startsWith(`..${sep}`)) {
      return [{ path: join(dirname(place.file), inside), place }]
    }
    report(place, `"${path}" lies outside the scenario's folder`, 'manifests stand beside the scenario or below it')
    return []
  })
}
