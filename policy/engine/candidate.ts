import type { Direction, NetworkPolicy, PolicyRule } from '../types.ts'
import type { Compiled } from './compiled.ts'
import type { Edit } from './edits.ts'

/** One way to change one side's answer. */
export interface Candidate {
  readonly edits: readonly Edit[]
  /** How much of it a person has to look at. */
  readonly size: number
  /** Whether it only changes what matches nothing today, so that nothing is lost. */
  readonly corrects: boolean
}

/** A candidate that changes one policy. */
export function changePolicy(
  before: NetworkPolicy,
  after: NetworkPolicy,
  what: string,
  { size, corrects }: Pick<Candidate, 'size' | 'corrects'>,
): Candidate {
  return { edits: [{ kind: 'change policy', before, after, what }], size, corrects }
}

/** The same policy with other rules of a direction. */
export function withRules(policy: NetworkPolicy, direction: Direction, rules: readonly PolicyRule[]): NetworkPolicy {
  return { ...policy, [direction]: rules }
}

/** The same policy with one rule more. */
export function withRule(policy: NetworkPolicy, direction: Direction, rule: PolicyRule): NetworkPolicy {
  return withRules(policy, direction, [...policy[direction], rule])
}

/** A policy name that is not taken, of at most 63 characters that a DNS label may have. */
export function freeName(wanted: string, namespace: string, { world }: Pick<Compiled, 'world'>): string {
  const clean = wanted
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 55)
  const base = clean.replace(/-+$/, '')
  const taken = new Set(world.policies.flatMap((policy) => (policy.namespace === namespace ? [policy.name] : [])))
  let name = base
  for (let count = 2; taken.has(name); count++) name = `${base}-${count}`
  return name
}
