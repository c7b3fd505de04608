import { type Linted, lint } from '../../../lint/lint.ts'
import { lintGithub } from '../../../lint/report/github.ts'
import { lintJson } from '../../../lint/report/json.ts'
import { lintText } from '../../../lint/report/text.ts'
import { type Finding, type Rule, severities } from '../../../lint/rule.ts'
import { rules } from '../../../lint/rules.ts'
import { chooseRules } from '../../../lint/selected.ts'
import { didYouMean } from '../../../policy/suggest.ts'
import type { Problem } from '../../../policy/types.ts'
import { exitCodes } from '../../result/path-result.ts'
import type { Invocation } from '../command.ts'
import type { Io } from '../io.ts'
import { type Output, writeOutput } from '../outputs.ts'
import { painter } from '../paint.ts'
import { printProblems } from '../problems.ts'
import { version } from '../version.ts'
import type { LintInputs } from './lint-cluster.ts'
import { fixFiles } from './lint-fix.ts'
import { readLintInputs } from './lint-inputs.ts'

type LintOutput = Output<'text' | 'json' | 'sarif' | 'github'>

const thresholds = [...severities, 'never'] as const

/** Several passes, because an object that the API server rejects is linted only after it is fixed. */
const maxPasses = 5

/** Lints the inputs of the invocation. The exit code shows whether a finding remains that is severe enough. */
export async function runLint(invocation: Invocation, outputs: readonly LintOutput[], io: Io): Promise<number> {
  const { options } = invocation
  if (options.listRules === true) {
    for (const { id, severity, summary } of rules) io.stdout.write(`${id} (${severity}): ${summary}\n`)
    return exitCodes.pass
  }
  const chosen = chooseRules(names(options.select), names(options.ignore))
  const failOn = String(options.failOn)
  const wrong = [...chosen.problems, ...wrongThreshold(failOn), ...unfixable(invocation)]
  if (printProblems(wrong, io)) return exitCodes.usage
  let result = await lintOnce(invocation, chosen.rules, io)
  if (result === undefined) return exitCodes.usage
  for (let pass = 0; options.fix === true && pass < maxPasses; pass++) {
    if (!(await fixFiles(result.linted.findings, io))) break
    result = await lintOnce(invocation, chosen.rules, io)
    if (result === undefined) return exitCodes.usage
  }
  for (const output of outputs) await writeOutput(output, await textOf(output, result, { io, rules: chosen.rules }), io)
  return fails(result.linted.findings, failOn) ? exitCodes.fail : exitCodes.pass
}

interface Result {
  readonly linted: Linted
  readonly inputs: LintInputs
}

/** Undefined if an input does not exist. */
async function lintOnce(invocation: Invocation, chosen: readonly Rule[], io: Io): Promise<Result | undefined> {
  const inputs = await readLintInputs(invocation, io)
  const placeless = inputs.problems.filter(({ place }) => place === undefined)
  if (printProblems(placeless, io)) return undefined
  const kubernetes = invocation.options.kubernetes as string | undefined
  const version = kubernetes === undefined ? {} : { kubernetes }
  return { linted: lint({ ...inputs, hidden: hiddenIn(inputs), rules: chosen, ...version }), inputs }
}

async function textOf(
  { format, file }: LintOutput,
  { linted, inputs }: Result,
  { io, rules: chosen }: { readonly io: Io; readonly rules: readonly Rule[] },
): Promise<string> {
  const paint = file === undefined ? painter(io.stdout, io) : (_: unknown, text: string) => text
  const formats = {
    text: () => lintText(linted, { ...inputs, objects: inputs.objects.length, hidden: hiddenIn(inputs), paint }),
    json: () => lintJson(linted, inputs),
    sarif: async () => {
      const { lintSarif } = await import('../../../lint/report/sarif.ts')
      return lintSarif(linted.findings, { rules: chosen, version, cwd: io.cwd })
    },
    github: () => lintGithub(linted.findings),
  }
  return formats[format]()
}

function hiddenIn({ passedOver }: LintInputs): string[] {
  return passedOver.filter(({ hides }) => hides).map(({ file }) => file)
}

function fails(findings: readonly Finding[], failOn: string): boolean {
  const threshold = (severities as readonly string[]).indexOf(failOn)
  return findings.some(({ severity }) => severities.indexOf(severity) <= threshold)
}

function wrongThreshold(failOn: string): Problem[] {
  if (thresholds.some((each) => each === failOn)) return []
  const hint = didYouMean(failOn, thresholds)
  const message = `--fail-on ${failOn}: expected ${thresholds.join(', ')}`
  return [{ severity: 'error', message, ...(hint === undefined ? {} : { hint }) }]
}

/** Input from a pipe cannot be fixed or read again, and `--fix` never changes a cluster. */
function unfixable({ args, options }: Invocation): Problem[] {
  const paths = [...((args[0] ?? []) as string[]), ...((options.filename ?? []) as string[])]
  const live = options.context !== undefined || options.kubeconfig !== undefined
  if (options.fix !== true || !(live || paths.includes('-'))) return []
  return [
    { severity: 'error', message: `--fix mends files, and ${live ? 'a live cluster' : 'standard input'} is none` },
  ]
}

function names(given: unknown): string[] {
  return ((given ?? []) as string[])
    .flatMap((text) => text.split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '')
}
