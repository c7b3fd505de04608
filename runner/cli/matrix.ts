import { exitCodes } from '../result.ts'
import { type Command, repeatable } from './command.ts'
import { defineInputs, readInputs } from './inputs.ts'
import { readMatrixOptions } from './matrix-options.ts'
import { readOutputs } from './outputs.ts'
import { tellProblems } from './problems.ts'

const examples = `
Examples:
  crosscheck matrix --lab -f manifests/
  crosscheck matrix --predict --lab -f manifests/
  crosscheck matrix --lab -k overlays/prod -n backend --services
  kubectl get ns,pods,svc,endpointslices,netpol -A -o yaml | crosscheck matrix --lab -f - -o json`

/** `crosscheck matrix` */
export const matrix: Command = {
  name: 'matrix',
  summary: 'measure or compute which pods reach which ports of which pods',
  define: (definition) => {
    defineInputs(
      definition
        .option('--lab', 'in the lab: network namespaces of this machine, made from the manifests')
        .option('--predict', 'as the policies mean it, without packets; with --lab both, and where they differ'),
    )
      .option('-n, --namespace <name>', 'only pods of this namespace (repeatable)', repeatable)
      .option('-A, --all-namespaces', "all namespaces, with the lab's own DNS server")
      .option('-l, --selector <labels>', 'only pods with these labels, as in app=web,tier!=cache')
      .option(
        '--port <port/protocol>',
        'this port of every pod, as in 80/TCP, instead of those declared (repeatable)',
        repeatable,
      )
      .option('--services', 'also every port of every Service')
      .option('--family <4|6>', 'by IPv4 or by IPv6 (default: the first address of each pod)')
      .option('--kubernetes <version>', 'refuse what the API server of this version refuses, as in 1.36')
      .option('-o, --output <format[=file]>', 'text or json (repeatable)', repeatable)
      .addHelpText('after', examples)
  },
  run: async (invocation, io) => {
    const { options } = invocation
    const { outputs, problems: wrongOutputs } = readOutputs((options.output ?? []) as string[], ['text', 'json'])
    const asked = readMatrixOptions(options)
    const wrong = tellProblems([...wrongOutputs, ...('problems' in asked ? asked.problems : [])], io)
    if (wrong || 'problems' in asked) return exitCodes.usage
    const { objects, problems } = await readInputs(invocation, io)
    const { runMatrix } = await import('./matrix-run.ts')
    const kubernetes = options.kubernetes as string | undefined
    const how = { lab: options.lab === true, predict: options.predict === true }
    return runMatrix({ objects, problems, options: asked, outputs, kubernetes, ...how }, io)
  },
}
