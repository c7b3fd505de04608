import { exitCodes } from '../../result/path-result.ts'
import { accessOf, givesManifests, wrongPlace, wrongWorld } from '../access.ts'
import { defineCluster, readCluster } from '../cluster.ts'
import { type Command, repeatable } from '../command.ts'
import { defineInputs, readInputs } from '../inputs.ts'
import { readOutputs } from '../outputs.ts'
import { printProblems } from '../problems.ts'
import { inSelectedNamespace } from '../selected-namespace.ts'
import { readMatrixOptions } from './matrix-options.ts'

const examples = `
Without --lab and without manifests it is the cluster of the kubeconfig, which wants -n, -l or -A.

Examples:
  crosscheck matrix -n frontend -n backend
  crosscheck matrix --predict -A -o json
  crosscheck matrix --lab -f manifests/
  crosscheck matrix --predict --lab -f manifests/
  crosscheck matrix --lab -k overlays/prod -n backend --services
  kubectl get ns,pods,svc,endpointslices,netpol -A -o yaml | crosscheck matrix --lab -f - -o json`

/** `crosscheck matrix` */
export const matrix: Command = {
  name: 'matrix',
  summary: 'measure or compute which pods reach which ports of which pods',
  define: (definition) => {
    const places = definition
      .option('--lab', 'in the lab: network namespaces of this machine, made from the manifests')
      .option('--predict', 'as the policies mean it, without packets; with --lab both, and where they differ')
    defineCluster(defineInputs(places))
      .option('-y, --yes', 'on a cluster: do not ask where more than 50 pods are meant')
      .option(
        '-n, --namespace <name>',
        'only pods of this namespace (repeatable); objects that name none are in it where no other object is',
        repeatable,
      )
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
    const wrong = [
      ...wrongOutputs,
      ...('problems' in asked ? asked.problems : []),
      ...(options.lab === true ? wrongPlace(options) : wrongWorld(options)),
    ]
    if (printProblems(wrong, io) || 'problems' in asked) return exitCodes.usage
    if (options.lab !== true && !givesManifests(options)) {
      const { measureLive, predictLive, unbounded } = await import('./matrix-live.ts')
      if (printProblems(unbounded(asked, options), io)) return exitCodes.usage
      if (options.predict === true) return predictLive({ options: asked, outputs, access: accessOf(options, io) }, io)
      const cluster = readCluster(invocation)
      return measureLive({ options: asked, outputs, cluster, yes: options.yes === true }, io)
    }
    const { objects, problems } = inSelectedNamespace(await readInputs(invocation, io), asked.namespaces)
    const { runMatrix } = await import('./matrix-run.ts')
    const kubernetes = options.kubernetes as string | undefined
    const how = { lab: options.lab === true, predict: options.predict === true }
    return runMatrix({ objects, problems, options: asked, outputs, kubernetes, ...how }, io)
  },
}
