import { exitCodes } from '../../result/path-result.ts'
import { type Command, repeatable } from '../command.ts'
import { defineInputs, defineNamespace } from '../inputs.ts'
import { readOutputs } from '../outputs.ts'
import { printProblems } from '../problems.ts'

const examples = `
Exits with 1 when a finding of --fail-on's severity, or a worse one, remains.

Examples:
  crosscheck lint manifests/
  crosscheck lint --fix -f manifests/ --select quoted-port,namespace-selector-matches-nothing
  crosscheck lint --context kind-staging
  crosscheck lint -k overlays/prod -o sarif=lint.sarif`

/** `crosscheck lint [PATH…]` */
export const lint: Command = {
  name: 'lint',
  summary: 'find what makes network paths fail, from manifests alone',
  define: (definition) => {
    definition.argument('[path...]', 'manifests: files, folders with all below them, or - for stdin')
    defineNamespace(defineInputs(definition))
      .option('--context <name>', 'a live cluster, by a context of the kubeconfig')
      .option('--kubeconfig <file>', 'a live cluster, instead of KUBECONFIG and ~/.kube/config')
      .option('--select <rules>', 'only these rules, separated by commas (repeatable)', repeatable)
      .option('--ignore <rules>', 'all but these rules, separated by commas (repeatable)', repeatable)
      .option('--fix', 'mend in the files what is safe to mend, then lint again')
      .option('--fail-on <severity>', 'error, warning, info or never', 'warning')
      .option('--list-rules', 'print the rules and end')
      .option('--kubernetes <version>', 'refuse what the API server of this version refuses, as in 1.36')
      .option('-o, --output <format[=file]>', 'text, json, sarif or github (repeatable)', repeatable)
      .addHelpText('after', examples)
  },
  run: async (invocation, io) => {
    const given = (invocation.options.output ?? []) as string[]
    const { outputs, problems } = readOutputs(given, ['text', 'json', 'sarif', 'github'])
    if (printProblems(problems, io)) return exitCodes.usage
    const { runLint } = await import('./lint-run.ts')
    return runLint(invocation, outputs, io)
  },
}
