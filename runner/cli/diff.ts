import { exitCodes } from '../result.ts'
import { type Command, repeatable } from './command.ts'
import { readOutputs } from './outputs.ts'
import { tellProblems } from './problems.ts'

const examples = `
A and B are files or folders of manifests; one of them may be - for stdin.

Exit codes, as of kubectl diff: 0 no path changes, 1 some open, close or become unclear, 2 wrong usage or invalid manifests.

Examples:
  crosscheck diff old/ new/
  kubectl kustomize overlays/prod | crosscheck diff before.yaml - -o json`

/** `crosscheck diff A B` */
export const diff: Command = {
  name: 'diff',
  summary: 'which paths a change of manifests opens or closes',
  define: (definition) => {
    definition
      .argument('<a>', 'manifests before')
      .argument('<b>', 'manifests after')
      .option('--kubernetes <version>', 'refuse what the API server of this version refuses, as in 1.36')
      .option('-o, --output <format[=file]>', 'text or json (repeatable)', repeatable)
      .addHelpText('after', examples)
  },
  run: async ({ args, options }, io) => {
    const { outputs, problems } = readOutputs((options.output ?? []) as string[], ['text', 'json'])
    if (tellProblems(problems, io)) return exitCodes.usage
    const { runDiff } = await import('./diff-run.ts')
    const kubernetes = options.kubernetes as string | undefined
    return runDiff({ before: String(args[0]), after: String(args[1]), outputs, kubernetes }, io)
  },
}
