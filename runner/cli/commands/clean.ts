import type { Command } from '../command.ts'
import { repeatable } from '../command.ts'

const help = `
Touches nothing without the label crosscheck.dev/owned, and nothing of a run that renewed its objects in the last minute.
Exits with 3 when something could not be looked at or removed.

Examples:
  crosscheck clean --dry-run
  crosscheck clean -n frontend -n backend
  crosscheck clean --context kind-staging --all`

/** `crosscheck clean` */
export const clean: Command = {
  name: 'clean',
  summary: 'remove from a cluster whatever Crosscheck left there',
  define: (definition) => {
    definition
      .option('-n, --namespace <name>', 'only in this namespace (repeatable; default: in all)', repeatable)
      .option('--all', 'what a living run uses too')
      .option('--dry-run', 'say what would be removed, and remove nothing')
      .option('--context <name>', 'the context of the kubeconfig (default: its current one)')
      .option('--kubeconfig <file>', 'instead of KUBECONFIG and ~/.kube/config')
      .addHelpText('after', help)
  },
  run: async ({ options }, io) => {
    const { runClean } = await import('./clean-run.ts')
    const { namespace = [], all, dryRun } = options
    const { context, kubeconfig } = options as Partial<Record<string, string>>
    return runClean(
      {
        namespaces: namespace as string[],
        all: all === true,
        dryRun: dryRun === true,
        ...(context === undefined ? {} : { context }),
        ...(kubeconfig === undefined ? {} : { kubeconfig }),
      },
      io,
    )
  },
}
