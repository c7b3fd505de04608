import { sanitizeText } from '../report/sanitize.ts'
import type { ReportOptions } from '../report/reporter.ts'
import { styleFor } from '../report/style.ts'
import type { Coverage, PolicyCoverage, RuleCoverage } from './coverage.ts'

/** What no path exercises, by place, and how much is exercised. */
export function coverageText(
  { namespaces, policies }: Coverage,
  look: Pick<ReportOptions, 'colour' | 'unicode' | 'width'>,
): string {
  const style = styleFor(look)
  const rules = policies.flatMap((policy) => policy.rules)
  const missing = namespaces
    .filter(({ exercised }) => !exercised)
    .map(({ name }) => `namespace ${name}: no path begins or ends there`)
  const lines = [...missing, ...policies.flatMap(policyLines)]
  const count = (what: string, all: readonly unknown[], some: number) => `${some} of ${all.length} ${what}`
  const summary = [
    count('namespaces', namespaces, namespaces.filter(({ exercised }) => exercised).length),
    count('policies', policies, policies.filter(({ exercised }) => exercised).length),
    count('rules', rules, rules.filter(({ covered }) => covered === 'exercised').length),
  ].join(', ')
  return [
    ...lines.map((line) => sanitizeText(line, { ascii: style.ascii })),
    ...(lines.length === 0 ? [] : ['']),
    `exercised: ${summary}`,
    '',
  ].join('\n')
}

const words: Readonly<Record<Exclude<RuleCoverage['covered'], 'exercised'>, string>> = {
  never: 'no path is admitted by it',
  shared: 'every path that it admits is admitted by another rule too',
}

function policyLines({ name, place, exercised, rules }: PolicyCoverage): string[] {
  const where = place === undefined ? '' : `${place.file}:${place.line}: `
  if (!exercised && rules.every(({ covered }) => covered === 'never'))
    return [`${where}policy ${name}: no path turns on it`]
  return rules.flatMap(({ path, covered }) =>
    covered === 'exercised' ? [] : [`${where}policy ${name} ${path}: ${words[covered]}`],
  )
}
