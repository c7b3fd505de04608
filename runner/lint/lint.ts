import { createAllocator } from '../../fabric/manifests/allocator.ts'
import { type ManifestObject, titleOf } from '../../fabric/manifests/object.ts'
import { buildWorld } from '../../fabric/manifests/world.ts'
import type { Place, Problem } from '../../policy/types.ts'
import { createContext } from './context.ts'
import { type Ignores, readIgnores } from './ignores.ts'
import { refusals } from './refusals.ts'
import { type Finding, type Found, type Rule, severities } from './rule.ts'
import { badIgnore } from './rules/bad-ignore.ts'
import { invalidObject } from './rules/invalid-object.ts'

export interface LintInput {
  readonly objects: readonly ManifestObject[]
  /** Of reading; those of building the world are found here. Each has a place. */
  readonly problems: readonly Problem[]
  /** The texts that comments are read from, by file. */
  readonly texts: ReadonlyMap<string, string>
  readonly rules: readonly Rule[]
  /** The objects are all that there is. */
  readonly live?: boolean
  /** The version whose API server is imitated (`1.36`). */
  readonly kubernetes?: string
}

/** All findings in the order of files and lines, those that comments ignore left out, and how many these were. */
export function lint(input: LintInput): { readonly findings: readonly Finding[]; readonly ignored: number } {
  const { objects, texts, rules, live = false, kubernetes } = input
  const version = kubernetes === undefined ? {} : { kubernetes }
  const { world, problems } = buildWorld(objects, { allocator: createAllocator(), live, ...version })
  const context = createContext({ given: objects, world, problems: [...input.problems, ...problems], live })
  const found = rules.flatMap((rule) => [...rule.find(context)].map((each) => findingOf(rule, each)))
  const refused = rules.includes(invalidObject) ? refusals(context, found) : []
  const ignores = readIgnores(texts)
  const bad = rules.includes(badIgnore) ? ignores.findings : []
  const all = unique([...found, ...refused, ...bad]).toSorted(byPlace)
  const kept = all.filter((finding) => !isIgnored(finding, ignores))
  return { findings: kept, ignored: all.length - kept.length }
}

function findingOf(rule: Rule, { object, path = [], part, message, severity, fix, edits = [] }: Found): Finding {
  return {
    ...{ rule: rule.id, severity: severity ?? rule.severity, message },
    place: path.length === 0 ? object.place : (object.at(path, part) ?? object.place),
    object: titleOf(object),
    ...(fix === undefined ? {} : { fix }),
    edits,
  }
}

function isIgnored({ rule, place }: Finding, { ignored }: Ignores): boolean {
  return rule !== badIgnore.id && ignored(rule, place)
}

function unique(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((each) => [`${each.rule} ${placeKey(each.place)} ${each.message}`, each])).values()]
}

function placeKey({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`
}

function byPlace(a: Finding, b: Finding): number {
  if (a.place.file !== b.place.file) return a.place.file < b.place.file ? -1 : 1
  const severity = severities.indexOf(a.severity) - severities.indexOf(b.severity)
  return a.place.line - b.place.line || a.place.column - b.place.column || severity
}
