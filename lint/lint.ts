import { createAllocator } from '../fabric/manifests/allocator.ts'
import type { Apartness } from '../fabric/manifests/apartness.ts'
import type { Kustomization } from '../fabric/manifests/kustomizations.ts'
import { type ManifestObject, titleOf } from '../fabric/manifests/object.ts'
import { createRenderings, type Renderings } from '../fabric/manifests/renderings.ts'
import { buildWorld } from '../fabric/manifests/world.ts'
import type { Place, Problem } from '../policy/types.ts'
import { alternativesOf, type Clash } from './alternatives.ts'
import { createContext } from './context.ts'
import { type Ignores, readIgnores } from './ignores.ts'
import { placed } from './placed.ts'
import { refusals } from './refusals.ts'
import { type Finding, type Found, type Rule, severities } from './rule.ts'
import { badIgnore } from './rules/bad-ignore.ts'
import { invalidObject } from './rules/invalid-object.ts'

export interface LintInput {
  readonly objects: readonly ManifestObject[]
  /** Problems from reading. Problems from building the world are found here. Each has a place. */
  readonly problems: readonly Problem[]
  /** The texts to search for comments, by file. */
  readonly texts: ReadonlyMap<string, string>
  readonly rules: readonly Rule[]
  /** True if the objects are complete. */
  readonly live?: boolean
  /** Files with unreadable objects, files from which objects may be rendered, and files that were found in folders. */
  readonly unreadable?: readonly string[]
  readonly hidden?: readonly string[]
  readonly found?: readonly string[]
  readonly kustomizations?: readonly Kustomization[]
  /** The version of the API server to imitate (`1.36`). */
  readonly kubernetes?: string
}

export interface Linted {
  /** In order of files and lines, without findings that comments ignore. */
  readonly findings: readonly Finding[]
  readonly ignored: number
  /** Rules that were skipped: they report missing objects, and some input could not be read. */
  readonly withheld: readonly string[]
  /** The sets of files that were linted separately because a cluster has only one of them. Empty if all files belong together. */
  readonly alternatives: readonly (readonly string[])[]
}

interface Prepared extends LintInput {
  readonly renderings: Renderings
}

/** Returns all findings. */
export function lint(given: LintInput): Linted {
  const renderings = createRenderings(given.kustomizations ?? [])
  const input: Prepared = { ...given, renderings, objects: placed(given.objects, renderings) }
  const { objects, texts, rules, unreadable = [], found = [] } = input
  const applied = unreadable.length === 0 ? rules : rules.filter(({ restsOnPresence }) => restsOnPresence === true)
  const { sets, clashes } = alternativesOf(objects, new Set(found))
  const linted = sets.length < 2 ? findingsIn(objects, applied, input) : findingsOfSets(sets, applied, input)
  const clashing = rules.includes(invalidObject) ? clashes.map((clash) => findingOf(invalidObject, ofClash(clash))) : []
  const ignores = readIgnores(texts)
  const bad = rules.includes(badIgnore) ? ignores.findings : []
  const all = unique([...linted, ...clashing, ...bad]).toSorted(byPlace)
  const kept = all.filter((finding) => !isIgnored(finding, ignores))
  return {
    findings: kept,
    ignored: all.length - kept.length,
    withheld: rules.filter((rule) => !applied.includes(rule)).map(({ id }) => id),
    alternatives: sets.length < 2 ? [] : sets.map((files) => [...files]),
  }
}

function ofClash({ object, first }: Clash): Found {
  const message = `${titleOf(object)} is also in ${first.place.file}:${first.place.line}, with other content: where both are applied, the last replaces the other`
  return { object, severity: 'warning', message, fix: 'rename one of them, if a cluster is to have both' }
}

/** Files of folders may be alternatives, or dumps of unrelated clusters. Files that the user named belong together. */
function apartnessOf({ renderings, found = [] }: Prepared): Apartness {
  const inFolders = new Set(found)
  return {
    areAlternatives: (a, b) => renderings.areAlternatives(a.file, b.file),
    areDumps: (a, b) => a.file !== b.file && inFolders.has(a.file) && inFolders.has(b.file),
  }
}

/** Runs the rules on objects of one cluster. */
function findingsIn(objects: readonly ManifestObject[], rules: readonly Rule[], input: Prepared): Finding[] {
  const { live = false, kubernetes, hidden = [] } = input
  const version = kubernetes === undefined ? {} : { kubernetes }
  const { renderings } = input
  const apartness = apartnessOf(input)
  const { world, problems } = buildWorld(objects, { allocator: createAllocator(), live, apartness, ...version })
  const context = createContext({ given: objects, world, problems: [...input.problems, ...problems], live, renderings })
  const found = rules.flatMap((rule) =>
    [...rule.find(context)].map((each) => (hidden.length === 0 ? findingOf(rule, each) : qualified(rule, each))),
  )
  return rules.includes(invalidObject) ? [...found, ...refusals(context, found)] : found
}

/** Lowers a finding to info if it may be wrong: templates and kustomizations are not rendered, so what the rule misses may exist there. */
function qualified(rule: Rule, found: Found): Finding {
  const finding = findingOf(rule, found)
  if (rule.restsOnPresence === true || finding.message.includes('not known')) return finding
  return {
    ...finding,
    severity: 'info',
    message: `as far as the files show that could be read: ${finding.message}`,
    edits: [],
  }
}

/** The maximum number of sets to combine individually. With more sets, all are combined once. */
const maxCompanies = 8

/**
 * Keeps findings that hold in every set that has the object, both for the set alone and combined with the additional objects of the other
 * sets. The input does not show how many of them are deployed together.
 */
function findingsOfSets(sets: readonly ReadonlySet<string>[], rules: readonly Rule[], input: Prepared): Finding[] {
  const { objects, found = [] } = input
  const inFolders = new Set(found)
  const holdAlone = new Set(rules.filter(({ restsOnPresence }) => restsOnPresence === true).map(({ id }) => id))
  const spotsIn = (all: readonly ManifestObject[]) =>
    new Map(findingsIn(all, rules, input).map((finding) => [spotOf(finding), finding]))
  const common = sets.length > maxCompanies ? spotsIn(objects) : undefined
  const results = sets.map((files) => {
    const [own, rest] = [true, false].map((wanted) =>
      objects.filter(({ place: { file } }) => (files.has(file) || !inFolders.has(file)) === wanted),
    )
    const company = common ?? spotsIn([...rest!, ...own!])
    const findings = findingsIn(own!, rules, input).flatMap((finding) => {
      const other = company.get(spotOf(finding))
      if (other !== undefined) return [milder(finding, other)]
      return common !== undefined && holdAlone.has(finding.rule) ? [finding] : []
    })
    return { files, findings, spots: new Set(findings.map(spotOf)) }
  })
  const told = new Set<string>()
  return results.flatMap(({ findings }) => {
    const more = findings.filter(
      (finding) =>
        !told.has(spotOf(finding)) &&
        results.every(({ files, spots }) => !files.has(finding.place.file) || spots.has(spotOf(finding))),
    )
    // Another version may report the same finding with different wording.
    for (const finding of more) told.add(spotOf(finding))
    return more
  })
}

function spotOf({ rule, place }: Finding): string {
  return `${rule} ${placeKey(place)}`
}

function milder(a: Finding, b: Finding): Finding {
  return severities.indexOf(a.severity) < severities.indexOf(b.severity) ? b : a
}

function findingOf(rule: Rule, { object, path = [], part, message, severity, fix, edits = [] }: Found): Finding {
  return {
    rule: rule.id,
    severity: severity ?? rule.severity,
    message,
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
