import type { Direction, NetworkPolicy, PolicyRule } from '../types.ts'
import type { Compiled } from './compiled.ts'
import type { Edit } from './edits.ts'

/** One way to change the answer of one side. */
export interface Candidate {
  readonly edits: readonly Edit[]
  /** The amount of change that a person must review. */
  readonly size: number
  /** Whether the change only edits something that matches nothing today, so that it removes nothing. */
  readonly corrects: boolean
}

/** Builds a candidate that changes one policy. */
export function changePolicy(
  before: NetworkPolicy,
  after: NetworkPolicy,
  what: string,
  { size, corrects }: Pick<Candidate, 'size' | 'corrects'>,
): Candidate {
  return { edits: [{ kind: 'change policy', before, after, what }], size, corrects }
}

/** Returns a copy of the policy with other rules in one direction. */
export function withRules(policy: NetworkPolicy, direction: Direction, rules: readonly PolicyRule[]): NetworkPolicy {
  return { ...policy, [direction]: rules }
}

/** Returns a copy of the policy with one more rule. */
export function withRule(policy: NetworkPolicy, direction: Direction, rule: PolicyRule): NetworkPolicy {
  return withRules(policy, direction, [...policy[direction], rule])
}

/** Returns an unused policy name that is a valid DNS label (at most 63 characters). */
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
