import type { World } from '../../fabric/world.ts'
import type { Prediction, RuleTrace, Side } from '../../policy/engine/prediction.ts'
import type { Direction, Place } from '../../policy/types.ts'
import type { PathPrediction } from '../predict/predict.ts'

/** The namespaces, policies and rules that the paths of scenarios exercise, and those that none does. */
export interface Coverage {
  readonly namespaces: readonly { readonly name: string; readonly exercised: boolean }[]
  readonly policies: readonly PolicyCoverage[]
}

export interface PolicyCoverage {
  /** `namespace/name` */
  readonly name: string
  readonly place?: Place
  /** A path is blocked because of it, or depends on one of its rules. */
  readonly exercised: boolean
  readonly rules: readonly RuleCoverage[]
}

/** `shared`: it allows paths, but another rule allows each of them too, so no path would fail without it. */
export interface RuleCoverage {
  /** `ingress[0]` */
  readonly path: string
  readonly covered: 'exercised' | 'shared' | 'never'
}

/** Collects coverage over the paths of several scenarios and steps. */
export interface CoverageCounter {
  /** Adds the namespaces, policies and rules to cover. */
  addWorld(world: World): void
  /** Adds a path with its prediction, between these namespaces. */
  addPath(prediction: PathPrediction, namespaces: readonly string[]): void
  result(): Coverage
}

interface Policy {
  readonly name: string
  readonly place: Place | undefined
  readonly rules: readonly string[]
}

export function countCoverage(): CoverageCounter {
  const namespaces = new Map<string, boolean>()
  const policies = new Map<string, Policy>()
  const exercised = new Set<string>()
  const shared = new Set<string>()
  const blocking = new Set<string>()
  return {
    addWorld(world) {
      const inhabited = new Set(world.pods.filter(({ place }) => place !== undefined).map(({ namespace }) => namespace))
      for (const { name } of world.namespaces)
        if (inhabited.has(name)) namespaces.set(name, namespaces.get(name) ?? false)
      for (const { namespace, name, place, policyTypes, ...rules } of world.policies) {
        const own = policyTypes.flatMap((direction: Direction) =>
          rules[direction].map((_, at) => `${direction}[${at}]`),
        )
        const full = { name: `${namespace}/${name}`, place, rules: own }
        policies.set(keyOf(full), full)
      }
    },
    addPath({ byPlannedCheck, dns }, between) {
      for (const name of between) if (namespaces.has(name)) namespaces.set(name, true)
      for (const { prediction } of [...dns, ...[...byPlannedCheck.values()].flat()])
        if (prediction.kind === 'prediction') addPrediction(prediction)
    },
    result() {
      return {
        namespaces: [...namespaces].map(([name, is]) => ({ name, exercised: is })),
        policies: [...policies.values()].map((policy) => covered(policy)),
      }
    },
  }

  function addPrediction({ egress, ingress }: Prediction): void {
    const sides = [egress, ingress]
    const denying = sides.filter(({ allowed }) => !allowed)
    if (denying.length > 0) {
      for (const key of denying.flatMap(isolatingOf)) blocking.add(key)
      return
    }
    for (const side of sides) {
      const rules = admitting(side).map((rule) => `${keyOf(rule.policy)} ${rule.path}`)
      for (const rule of rules) (rules.length === 1 ? exercised : shared).add(rule)
    }
  }

  function covered(policy: Policy): PolicyCoverage {
    const key = keyOf(policy)
    const rules = policy.rules.map((path): RuleCoverage => {
      const rule = `${key} ${path}`
      return { path, covered: exercised.has(rule) ? 'exercised' : shared.has(rule) ? 'shared' : 'never' }
    })
    const { name, place } = policy
    const is = blocking.has(key) || rules.some((rule) => rule.covered === 'exercised')
    return { name, ...(place === undefined ? {} : { place }), exercised: is, rules }
  }
}

function isolatingOf({ tiers }: Side): string[] {
  const policies = tiers.filter(({ tier }) => tier === 'NetworkPolicy').flatMap((tier) => tier.policies)
  return policies.map(({ policy }) => keyOf(policy))
}

function admitting({ tiers, by }: Side): RuleTrace[] {
  if (by !== 'NetworkPolicy') return []
  const rules = tiers
    .filter(({ tier }) => tier === by)
    .flatMap(({ policies }) => policies.flatMap((policy) => policy.rules))
  return rules.filter(({ matched }) => matched)
}

/** Two scenarios may have policies with the same name in separate files. */
function keyOf({ name, place }: { readonly name: string; readonly place?: Place | undefined }): string {
  return `${name} ${place === undefined ? '' : `${place.file}:${place.line}`}`
}
