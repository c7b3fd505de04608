import type { Problem } from '../../../policy/types.ts'
import { exitCodes } from '../../result/path-result.ts'
import { accessOf, defineAccess } from '../access.ts'
import { type Command, type Invocation, repeatable } from '../command.ts'
import { defineFolders, defineNamespace } from '../inputs.ts'
import { readOutputs } from '../outputs.ts'
import { printProblems } from '../problems.ts'

const examples = `
A and B are files or folders of manifests; one of them may be - for stdin. With --live: what applying A to the cluster would change.

Exit codes, as of kubectl diff: 0 no path changes, 1 some open, close or become unclear, 2 wrong usage or invalid manifests.

Examples:
  crosscheck diff old/ new/
  crosscheck diff --live manifests/
  kubectl kustomize overlays/prod | crosscheck diff before.yaml - -o json`

/** `crosscheck diff A B` */
export const diff: Command = {
  name: 'diff',
  summary: 'which paths a change of manifests opens or closes',
  define: (definition) => {
    defineAccess(defineNamespace(defineFolders(definition)))
      .argument('<a>', 'manifests before; with --live: to be applied')
      .argument('[b]', 'manifests after')
      .option('--live', 'compare with the cluster of the kubeconfig instead of B')
      .option('--prune', 'with --live: its policies in the namespaces of A that are not in A count as removed')
      .option('--kubernetes <version>', 'refuse what the API server of this version refuses, as in 1.36')
      .option('-o, --output <format[=file]>', 'text or json (repeatable)', repeatable)
      .addHelpText('after', examples)
  },
  run: async ({ args, options }, io) => {
    const { outputs, problems } = readOutputs((options.output ?? []) as string[], ['text', 'json'])
    const [before, after] = args as (string | undefined)[]
    if (printProblems([...problems, ...wrongSides(options, after)], io)) return exitCodes.usage
    const kubernetes = options.kubernetes as string | undefined
    if (options.live === true) {
      const { diffLive } = await import('./diff-live.ts')
      const live = { manifests: String(before), prune: options.prune === true, access: accessOf(options, io), options }
      return diffLive({ ...live, outputs, kubernetes }, io)
    }
    const { runDiff } = await import('./diff-run.ts')
    return runDiff({ before: String(before), after: String(after), options, outputs, kubernetes }, io)
  },
}

/** A diff has two sides, and only one of them can be a cluster. */
function wrongSides(options: Invocation['options'], after: string | undefined): Problem[] {
  const error = (message: string, hint: string): Problem[] => [{ severity: 'error', message, hint }]
  if (options.live === true)
    return after === undefined ? [] : error('diff --live takes one set of manifests', 'leave B out, or --live')
  if (after === undefined)
    return error('diff: nothing to compare with', 'name a second set of manifests, or add --live for the cluster')
  const named = ['context', 'kubeconfig', 'prune'].filter((name) => options[name] !== undefined)
  if (named.length === 0) return []
  return error(`--${named.join(' and --')}: of no use without --live`, 'add --live to compare with a cluster')
}
