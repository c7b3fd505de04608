import { exitCodes } from '../../result/path-result.ts'
import { accessOf, defineAccess, givesManifests, wrongWorld } from '../access.ts'
import { type Command, repeatable } from '../command.ts'
import { defineInputs, defineNamespace, readInputs } from '../inputs.ts'
import { readOutputs } from '../outputs.ts'
import { printProblems } from '../problems.ts'
import { worldWords } from '../world-words.ts'

const examples = `
FROM and TO are those of crosscheck check. Without -f or -k a live cluster is read, and nothing is made on it. The exit code is 0 whatever the answer is: crosscheck check tells by its exit code.

Examples:
  crosscheck explain frontend/deploy/ui http://api.backend:4000
  crosscheck explain frontend/deploy/ui http://api.backend:4000 -f manifests/
  crosscheck explain frontend/deploy/ui backend/deploy/api:4000 -k overlays/prod
  kubectl get ns,pods,svc,endpointslices,netpol -A -o yaml | crosscheck explain 10.244.1.7 10.244.2.9:5432 -f -`

/** `crosscheck explain FROM TO` */
export const explain: Command = {
  name: 'explain',
  summary: 'why a path is open or blocked, policy by policy, and the smallest change that would flip it',
  define: (definition) => {
    definition.argument('<from>', 'who asks').argument('<to>', 'what is asked for')
    defineAccess(defineNamespace(defineInputs(definition)))
      .option('--kubernetes <version>', 'refuse what the API server of this version refuses, as in 1.36')
      .option('-o, --output <format[=file]>', 'text or json (repeatable)', repeatable)
      .addHelpText('after', examples)
  },
  run: async (invocation, io) => {
    const { args, options } = invocation
    const { outputs, problems } = readOutputs((options.output ?? []) as string[], ['text', 'json'])
    if (printProblems([...problems, ...wrongWorld(options)], io)) return exitCodes.usage
    const ends = { from: String(args[0]), to: String(args[1]) }
    if (!givesManifests(options)) {
      const { explainLive } = await import('./explain-live.ts')
      return explainLive({ ends, access: accessOf(options, io), world: worldWords(options), outputs }, io)
    }
    const inputs = await readInputs(invocation, io)
    const { runExplain } = await import('./explain-run.ts')
    const kubernetes = options.kubernetes as string | undefined
    return runExplain({ ends, inputs, outputs, kubernetes, world: worldWords(options) }, io)
  },
}
