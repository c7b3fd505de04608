import { exitCodes } from '../../result/path-result.ts'
import { type Command, repeatable } from '../command.ts'
import { defineFolders, defineNamespace, loadOptions } from '../inputs.ts'
import { readOutputs, writeOutput } from '../outputs.ts'
import { notePassedOver } from '../passed-over.ts'
import { printProblems } from '../problems.ts'
import { readSettings } from '../settings.ts'

/** `crosscheck validate [PATH…]` */
export const validate: Command = {
  name: 'validate',
  summary: 'check scenarios and their manifests without running anything',
  define: (definition) => {
    defineNamespace(defineFolders(definition))
      .argument('[path...]', 'scenario files, or folders with all below them (default: scenarios/)')
      .option('--set <name=value>', 'value of a variable of the scenarios (repeatable)', repeatable)
      .option('--kubernetes <version>', 'refuse what the API server of this version refuses, as in 1.36')
      .option('-o, --output <format[=file]>', 'text or json (repeatable)', repeatable)
  },
  run: async ({ args, options }, io) => {
    const { outputs, problems: wrongOutputs } = readOutputs((options.output ?? []) as string[], ['text', 'json'])
    const { set, problems: wrongSettings } = readSettings((options.set ?? []) as string[])
    if (printProblems([...wrongOutputs, ...wrongSettings], io)) return exitCodes.usage
    const { validateScenarios, validationText } = await import('../validation.ts')
    const kubernetes = options.kubernetes as string | undefined
    const how = loadOptions(options)
    const found = await validateScenarios((args[0] ?? []) as string[], { set, kubernetes, how, stdin: io.stdin })
    const { passedOver, ...validation } = found
    notePassedOver(passedOver, options.showPassedOver === true, io)
    const wrong = printProblems(validation.problems, io)
    const texts = { text: validationText, json: (all: typeof validation) => `${JSON.stringify(all, null, 2)}\n` }
    for (const output of outputs) await writeOutput(output, texts[output.format](validation), io)
    return wrong ? exitCodes.usage : exitCodes.pass
  },
}
