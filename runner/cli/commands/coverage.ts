import { exitCodes } from '../../result/path-result.ts'
import { type Command, repeatable } from '../command.ts'
import { defineFolders, defineNamespace, loadOptions } from '../inputs.ts'
import { readOutputs } from '../outputs.ts'
import { printProblems } from '../problems.ts'
import { readSettings } from '../settings.ts'

const examples = `
The exit code is 0 whatever is exercised: a script reads -o json.

Examples:
  crosscheck coverage scenarios/
  crosscheck coverage scenarios/trackdechets -o json`

/** `crosscheck coverage [PATH…]` */
export const coverage: Command = {
  name: 'coverage',
  summary: 'which namespaces, policies and rules no path of the scenarios exercises',
  define: (definition) => {
    defineNamespace(defineFolders(definition))
      .argument('[path...]', 'scenario files, or folders of them', ['scenarios'])
      .option('--set <name=value>', 'a variable of the scenarios (repeatable)', repeatable)
      .option('--kubernetes <version>', 'refuse what the API server of this version refuses, as in 1.36')
      .option('-o, --output <format[=file]>', 'text or json (repeatable)', repeatable)
      .addHelpText('after', examples)
  },
  run: async ({ args, options }, io) => {
    const { outputs, problems } = readOutputs((options.output ?? []) as string[], ['text', 'json'])
    const settings = readSettings((options.set ?? []) as string[])
    if (printProblems([...problems, ...settings.problems], io)) return exitCodes.usage
    const { runCoverage } = await import('./coverage-run.ts')
    const reading = { how: loadOptions(options), showPassedOver: options.showPassedOver === true }
    const kubernetes = options.kubernetes as string | undefined
    return runCoverage({ paths: args[0] as readonly string[], set: settings.set, outputs, kubernetes, ...reading }, io)
  },
}
