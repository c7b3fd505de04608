import { lookUpHost } from '../../fabric/lookup/host-lookup.ts'
import { hintOf, type Missing, missingAddress, missingNoun } from '../../fabric/lookup/missing.ts'
import type { ManifestObject } from '../../fabric/manifests/object.ts'
import type { Loaded } from '../../fabric/manifests/read.ts'
import { workloadKinds } from '../../fabric/workloads.ts'
import type { World } from '../../fabric/world.ts'
import type { Problem } from '../../policy/types.ts'
import type { Expectation, Scenario, ScenarioPath, Source, Target } from '../scenario/model.ts'

/** The world before the first step of a scenario, or after a step. */
export interface StepWorld {
  readonly world: World
  readonly objects: readonly ManifestObject[]
}

interface Given extends Pick<Loaded, 'problems' | 'passedOver'> {
  readonly moments: readonly StepWorld[]
}

/**
 * Names in a scenario that no object in its manifests has at any moment. An error if that is certain. A warning if something else may create the
 * object, or if the path may lead nowhere on purpose. Empty if part of the input could not be read, or if there is no input.
 */
export function unknownNames(scenario: Scenario, { moments, problems, passedOver }: Given): Problem[] {
  const isBroken = problems.some(({ severity }) => severity === 'error')
  if (isBroken || moments.every(({ objects }) => objects.length === 0)) return []
  const all = namesIn(scenario, moments)
  return passedOver.some(({ hides }) => hides) ? all.map((problem) => ({ ...problem, severity: 'warning' })) : all
}

function namesIn(scenario: Scenario, moments: readonly StepWorld[]): Problem[] {
  const all = [...scenario.paths, ...scenario.steps.flatMap((step) => step.paths)]
  const paths = all.filter(({ skip }) => skip === undefined)
  const used = paths.flatMap(({ source, control }) => (control === undefined ? [source] : [source, control]))
  const sources = new Set([...scenario.sources.values(), ...used])
  return [
    ...[...sources].flatMap((source) => problemsOf(source, missingSource(source, moments))),
    ...[...Map.groupBy(paths, ({ target }) => target)].flatMap(([target, uses]) =>
      problemsOf(target, missingTarget(target, uses, moments)),
    ),
  ]
}

/** `isReported`: the path itself says that it may lead nowhere. */
type Found = Missing & { readonly isReported?: boolean | undefined; readonly host?: string }

function problemsOf({ place }: Source | Target, missing: Found | undefined): Problem[] {
  if (missing === undefined) return []
  const { sentence, unsure, near, isReported = false, host } = missing
  const severity = near === undefined && (unsure !== undefined || isReported) ? 'warning' : 'error'
  const doubt = host === undefined ? `${sentence} here, and whether it exists` : `whether ${host} exists`
  const message = unsure === undefined ? sentence : `${doubt} is not known: ${unsure}`
  const hint = hintOf(missing)
  return [{ severity, message, place, ...(hint === undefined ? {} : { hint }) }]
}

function missingSource(source: Source, moments: readonly StepWorld[]): Missing | undefined {
  switch (source.kind) {
    case 'namespace':
      return missingNamed(nounOf('namespace', source.namespace), moments)
    case 'like':
    case 'as':
      return missingWorkload(source.namespace, source.workload, moments)
    case 'service':
      return missingNamed({ kind: 'service', namespace: source.namespace, name: source.service }, moments)
    case 'node':
      return missingNamed(nounOf('node', source.node), moments)
    case 'address':
      return inEvery(moments, ({ world }) => missingAddress(source.address, world))
    case 'pods':
      return source.namespace === undefined ? undefined : missingNamed(nounOf('namespace', source.namespace), moments)
    default:
      return undefined
  }
}

function missingTarget(
  target: Target,
  uses: readonly ScenarioPath[],
  moments: readonly StepWorld[],
): Found | undefined {
  const asserting = target.kind === 'dns' ? uses.filter(({ expect }) => asksForRecord(expect)) : uses
  if (asserting.length === 0) return undefined
  const missing = missingEnd(target, asserting, moments)
  return (
    missing && {
      ...missing,
      isReported: missing.isReported ?? asserting.every(({ expect }) => expect.kind === 'blocked'),
    }
  )
}

/** Other expected responses are those of a missing name, or of no resolver. */
function asksForRecord(expect: Expectation): boolean {
  return expect.kind === 'allowed' || (expect.kind === 'dns' && (expect.rcode ?? 'NOERROR') === 'NOERROR')
}

function missingEnd(target: Target, uses: readonly ScenarioPath[], moments: readonly StepWorld[]): Found | undefined {
  switch (target.kind) {
    case 'nodePort':
      return target.node === undefined ? undefined : missingNamed(nounOf('node', target.node), moments)
    case 'pods': {
      const { pods } = target
      if (pods.by === 'workload') return missingWorkload(pods.namespace, pods.workload, moments)
      return pods.namespace === undefined ? undefined : missingNamed(nounOf('namespace', pods.namespace), moments)
    }
    case 'dns':
      return target.server === undefined && (target.type === 'A' || target.type === 'AAAA')
        ? missingHost(target.host, uses, moments)
        : undefined
    default:
      return missingHost(target.host, uses, moments)
  }
}

/** A host that no source of its paths resolves. A Service in another namespace is not missing, because the path may test exactly that. */
function missingHost(host: string, uses: readonly ScenarioPath[], moments: readonly StepWorld[]): Found | undefined {
  const spaces = [...new Set(uses.flatMap(({ source }) => spacesOf(source, moments)))]
  const all = spaces.flatMap((space) => moments.map(({ world }) => lookUpHost(host, space, world)))
  const missing = all.flatMap((named) => (named.kind === 'nothing' ? [named.missing] : []))
  const [first] = missing
  if (first === undefined || missing.length < all.length) return undefined
  const best = missing.find(({ near }) => near !== undefined) ?? first
  const sentence = `${host} is an unknown host: ${best.sentence}`
  return { ...best, sentence, host, isReported: best.elsewhere === undefined ? undefined : true }
}

/** The namespaces in which a source resolves names. */
function spacesOf(source: Source, moments: readonly StepWorld[]): (string | undefined)[] {
  if ('namespace' in source && source.namespace !== undefined) return [source.namespace]
  const isMany = source.kind === 'namespaces' || source.kind === 'pods' || source.kind === 'address'
  return isMany ? moments.flatMap(({ world }) => world.namespaces.map(({ name }) => name)) : [undefined]
}

function missingWorkload(namespace: string, workload: string, moments: readonly StepWorld[]): Missing | undefined {
  const [kind = '', name = ''] = workload.split('/')
  return missingNamed({ namespace, kind, name }, moments)
}

/** A workload scaled to zero has no pods, but it exists. */
function missingNamed(noun: Noun, moments: readonly StepWorld[]): Missing | undefined {
  const { namespace, kind, name } = noun
  const title = workloadKinds[kind]
  const first = inEvery(moments, ({ world, objects }) => {
    const isGiven = objects.some((each) => each.kind === title && each.namespace === namespace && each.name === name)
    return isGiven ? undefined : missingNoun(noun, world)
  })
  if (first === undefined) return undefined
  const isAssumed = kind === 'node' && !moments.some(({ objects }) => objects.some((each) => each.kind === 'Node'))
  return isAssumed ? { ...first, unsure: 'the input has no Node' } : first
}

/** What is missing at every moment, described as at the first. */
function inEvery(
  moments: readonly StepWorld[],
  missingAt: (moment: StepWorld) => Missing | undefined,
): Missing | undefined {
  const missing = moments.flatMap((moment) => missingAt(moment) ?? [])
  return missing.length < moments.length ? undefined : missing[0]
}

type Noun = Parameters<typeof missingNoun>[0]

function nounOf(kind: 'namespace' | 'node', name: string): Noun {
  return { namespace: '', kind, name }
}
