import { formatNames } from '../../report/formats.ts'
import { exitCodes } from '../../result/path-result.ts'
import { defineCluster, readCluster } from '../cluster.ts'
import { type Command, repeatable } from '../command.ts'
import { defineInputs, defineNamespace, loadOptions, readInputs } from '../inputs.ts'
import { readOutputs } from '../outputs.ts'
import { printProblems } from '../problems.ts'
import { readSettings } from '../settings.ts'
import { worldWords } from '../world-words.ts'
import { readRunOptions } from './run-options.ts'

const examples = `
Patterns of --only: a source, a target, a path's name or a tag, or "source -> target"; * stands for anything.

Examples:
  crosscheck run --lab
  crosscheck run --predict -f manifests/ scenarios/
  crosscheck run --lab scenarios/trackdechets --only 'ui -> *' --verbose
  crosscheck run --lab scenarios/stacks --set environment=production -o text -o json=report.json`

/** `crosscheck run` */
export const run: Command = {
  name: 'run',
  summary: 'run scenarios: does everything work that must, is everything blocked that must be',
  define: (definition) => {
    definition
      .argument('[path...]', 'scenario files, or folders with all below them (default: scenarios/)')
      .option('--lab', 'in the lab: network namespaces of this machine, made from the manifests')
      .option('--predict', 'by the policy engine alone, without a packet, on every system: `predicted`, never `passed`')
    defineCluster(definition).option(
      '--rehearse',
      'on a cluster: first deploys the manifests, every image replaced by a listener; removes them at the end',
    )
    defineNamespace(defineInputs(definition))
      .option('--set <name=value>', 'value of a variable of the scenarios (repeatable)', repeatable)
      .option('--only <pattern>', 'only paths that match (repeatable)', repeatable)
      .option('--deadline <time>', 'how long a check may take, as in 2s, where paths and scenarios do not say it')
      .option(
        '--settle <time>',
        'how long paths may take until policies are in force, as in 1m; 0: not at all (default: 30s after a change)',
      )
      .option('--rate <n>', 'on a cluster: new connections per second that a node sees, of all sources (default: 500)')
      .option(
        '--concurrency <n>',
        'scenarios side by side in the lab (default: two per processor, at most 8); on a cluster connections that a source has in flight (default: 50)',
      )
      .option('--inconclusive <fail|warn>', 'what becomes of paths of which nothing is known', 'fail')
      .option('--known-failures <file>', 'paths that are known to fail do not count; one that passes does')
      .option('-v, --verbose', 'list passing paths too, with their evidence')
      .option('--kubernetes <version>', 'refuse what the API server of this version refuses, as in 1.36')
      .option('-o, --output <format[=file]>', `${formatNames.join(', ')} (repeatable)`, repeatable)
      .addHelpText('after', examples)
  },
  run: async (invocation, io) => {
    const { args, options } = invocation
    const { outputs, problems: wrongOutputs } = readOutputs((options.output ?? []) as string[], formatNames)
    const { set, problems: wrongSettings } = readSettings((options.set ?? []) as string[])
    const request = readRunOptions(options)
    const wrong = [...wrongOutputs, ...wrongSettings, ...('problems' in request ? request.problems : [])]
    if (printProblems(wrong, io) || 'problems' in request) return exitCodes.usage
    const cluster = readCluster(invocation)
    const given = options.filename !== undefined || options.kustomize !== undefined
    const inputs = given ? await readInputs(invocation, io) : undefined
    if (inputs !== undefined && printProblems(inputs.problems, io)) return exitCodes.usage
    const { runScenarios } = await import('./run-scenarios.ts')
    return runScenarios(
      {
        paths: (args[0] ?? []) as string[],
        objects: inputs?.objects,
        set,
        how: loadOptions(options),
        showPassedOver: options.showPassedOver === true,
        request,
        cluster,
        worldWords: worldWords(options),
        outputs,
      },
      io,
    )
  },
}
