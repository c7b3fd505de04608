import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { answersOf, type Question, spoken, systemOf } from './random-system.ts'
import { randomPolicy, randomWorld } from './random-world.ts'
import { netpol } from './town.ts'

/** A nightly run sets it to 100,000. */
const worlds = Number(process.env['CROSSCHECK_WORLDS'] ?? 100)
const runs = { numRuns: worlds }
const time = 60_000 + worlds * 50

const open = (answers: readonly string[], questions: readonly Question[]) =>
  questions.filter((_, at) => answers[at] === 'allow').map(spoken)

describe('the engine on random worlds', { timeout: time }, () => {
  it('says what a naive reading of the API says', () => {
    const seen = { allow: 0, deny: 0 }
    fc.assert(
      fc.property(randomWorld, (random) => {
        const { world, questions, expected } = systemOf(random)
        const answers = answersOf(world, questions)
        const wanted = questions.map((question) => (expected(question) ? 'allow' : 'deny'))
        for (const verdict of wanted) seen[verdict as keyof typeof seen]++
        const differing = questions.filter((_, at) => answers[at] !== wanted[at]).map(spoken)
        expect(differing).toEqual([])
      }),
      runs,
    )
    expect(Math.min(seen.allow, seen.deny) / (seen.allow + seen.deny)).toBeGreaterThan(0.1)
  })
  it('does not depend on the order of policies', () => {
    fc.assert(
      fc.property(randomWorld, (random) => {
        const { world, questions } = systemOf(random)
        const reversed = { ...world, policies: world.policies.toReversed() }
        expect(answersOf(reversed, questions)).toEqual(answersOf(world, questions))
      }),
      runs,
    )
  })
  it('closes nothing by an added rule', () => {
    fc.assert(
      fc.property(randomWorld, randomPolicy, fc.nat(), (random, extra, at) => {
        const { world, questions } = systemOf(random)
        const { ingress, egress } = netpol('x/extra', extra.spec)
        const policies = world.policies.map((policy, index) =>
          index !== at % world.policies.length
            ? policy
            : { ...policy, ingress: [...policy.ingress, ...ingress], egress: [...policy.egress, ...egress] },
        )
        const after = new Set(open(answersOf({ ...world, policies }, questions), questions))
        expect(open(answersOf(world, questions), questions).filter((question) => !after.has(question))).toEqual([])
      }),
      runs,
    )
  })
  it('is the same without a policy that selects no pod', () => {
    fc.assert(
      fc.property(randomWorld, randomPolicy, (random, extra) => {
        const { world, questions } = systemOf(random)
        const nobody = {
          ...netpol(`${extra.namespace}/extra`, extra.spec),
          podSelector: { matchLabels: { app: 'nobody' } },
        }
        expect(answersOf({ ...world, policies: [...world.policies, nobody] }, questions)).toEqual(
          answersOf(world, questions),
        )
      }),
      runs,
    )
  })
  it('reads matchLabels as matchExpressions with In', () => {
    fc.assert(
      fc.property(randomWorld, (random) => {
        const { world, questions } = systemOf(random)
        const rewritten = systemOf(JSON.parse(JSON.stringify(random), asExpressions))
        expect(answersOf(rewritten.world, questions)).toEqual(answersOf(world, questions))
      }),
      runs,
    )
  })
})

/** JSON reviver: `matchLabels: {k: v}` becomes `matchExpressions: [{key: k, operator: In, values: [v]}]`. */
function asExpressions(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('matchLabels' in value)) return value
  const { matchLabels, matchExpressions = [] } = value as {
    matchLabels: Record<string, string>
    matchExpressions?: unknown[]
  }
  const equal = Object.entries(matchLabels).map(([key, one]) => ({ key, operator: 'In', values: [one] }))
  return { matchExpressions: [...equal, ...matchExpressions] }
}
