import type { CanaryResult, CanaryStep } from '../control/canary.ts'
import { assumedLine } from './assumed.ts'
import type { CollectedRun } from './collected-run.ts'

/** One line at the top of the report, with the scenarios it applies to; no scenarios if it applies to all. */
export interface Notice {
  readonly message: string
  readonly scenarios: readonly string[]
}

const meaning: Record<CanaryStep['step'], (where: string, saw: string) => string> = {
  deny: (where, saw) =>
    `policies are not enforced on ${where}: a connection passed through a deny-all policy (${saw}); no block counts there`,
  before: (where, saw) =>
    `the canary is of no use on ${where}: its listener was not reached before any policy (${saw}); no block counts there`,
  admit: (where, saw) =>
    `policies do not let go on ${where}: an exact allow rule did not open the canary again (${saw}); no block counts there`,
}

/** The meaning of failed canaries, in as few sentences as possible; empty if none failed. */
export function canarySentences(results: readonly CanaryResult[]): string[] {
  const failed = results.flatMap((result) => {
    const step = result.steps.find(({ ok }) => !ok)
    return result.ok || step === undefined ? [] : [{ result, step }]
  })
  const denied = failed.filter(({ step }) => step.step === 'deny')
  if (results.length > 0 && denied.length === results.length) {
    const where = placeText(results)
    return [
      `this cluster enforces no NetworkPolicy: connections pass through a deny-all policy everywhere: ${where}; no block counts`,
    ]
  }
  const kinds = Map.groupBy(failed, ({ step }) => step.step)
  return [...kinds].map(([kind, all]) => {
    const saw = new Set(all.map(({ step }) => step.saw))
    return meaning[kind](placeText(all.map(({ result }) => result)), [...saw].join(', '))
  })
}

/** `n0, n1 (IPv4, IPv6; ingress, egress)` */
function placeText(results: readonly CanaryResult[]): string {
  const each = (of: (result: CanaryResult) => string) => [...new Set(results.map(of))].join(', ')
  return `${each(({ node }) => node)} (${each(({ family }) => `IPv${family}`)}; ${each(({ side }) => side)})`
}

/** All notices at the top: first the canary, then the notices of the run, then passes that contradict the policies. */
export function noticesOf({ canaries, notices, troubled, fabrics }: CollectedRun): Notice[] {
  const flagged = troubled.filter(({ status, cause }) => status === 'pass' && cause === 'unenforced').length
  const all = [
    ...canaries.flatMap(({ scenario, results }) => canarySentences(results).map((message) => ({ scenario, message }))),
    ...notices,
    ...(flagged === 0 ? [] : [{ scenario: undefined, message: unenforced(flagged) }]),
  ]
  const scenarios = new Set(fabrics.map(({ scenario }) => scenario))
  return [...Map.groupBy(all, ({ message }) => message)].map(([message, told]) => {
    const named = [...new Set(told.flatMap(({ scenario }) => scenario ?? []))]
    const everywhere = told.some(({ scenario }) => scenario === undefined) || named.length >= scenarios.size
    return { message, scenarios: everywhere ? [] : named }
  })
}

/** What the fabrics do not simulate and what they assume, one line each. */
export function limitsOf(fabrics: CollectedRun['fabrics']): string[] {
  const absent = [...new Set(fabrics.flatMap(({ notSimulated }) => notSimulated))]
  const assumed = [...new Set(fabrics.flatMap((fabric) => fabric.assumed ?? []))]
  return [...(absent.length === 0 ? [] : [`not simulated: ${absent.join(', ')}`]), ...assumedLine(assumed)]
}

function unenforced(count: number): string {
  return `${count} ${count === 1 ? 'path passes although a policy denies it' : 'paths pass although policies deny them'} (unenforced)`
}
