import type { Problem } from '../../../policy/types.ts'
import { exitCodes } from '../../result/path-result.ts'
import { defineCluster, readCluster } from '../cluster.ts'
import { type Command, type Invocation, repeatable } from '../command.ts'
import { printProblems } from '../problems.ts'
import { readSettings } from '../settings.ts'
import type { ProbesRequest } from './probes-request.ts'

const actions = ['install', 'list', 'remove'] as const
const formats = ['text', 'json', 'yaml'] as const

const examples = `
Resident probes stay: later runs use them for sources of the same labels in the same namespace instead of fresh pods.

Examples:
  crosscheck probes install scenarios/ --dry-run       which identities they need
  crosscheck probes install scenarios/ -o yaml         the manifests, for a repository that a cluster is made from
  crosscheck probes install -n shop-frontend           one for each kind of pod of a namespace
  crosscheck probes install scenarios/ --reader crosscheck:crosscheck-runner
  crosscheck probes list
  crosscheck probes remove -n shop-frontend`

/** `crosscheck probes install|list|remove` */
export const probes: Command = {
  name: 'probes',
  summary: 'resident probes, for runs that take no longer than their slowest check: install, list, remove',
  define: (definition) => {
    definition
      .argument('<action>', actions.join(', '))
      .argument(
        '[path...]',
        'install: scenarios whose sources get a probe each (files, or folders with all below them)',
      )
    defineCluster(definition)
      .option('-f, --filename <path>', 'install: the same as a path (repeatable)', repeatable)
      .option(
        '-n, --namespace <name>',
        'this namespace alone (repeatable); install without scenarios: a probe for each kind of its pods',
        repeatable,
      )
      .option('--every-node', 'install: one on every node, by DaemonSets')
      .option('--no-canary', 'install: without the standing canary, which runs then make anew')
      .option(
        '--reader <namespace:name>',
        'install: a service account that may use them, and nothing else of their namespaces',
      )
      .option('--set <name=value>', 'install: value of a variable of the scenarios (repeatable)', repeatable)
      .option('--force', 'install: also where a disruption budget or an autoscaler would count the probe')
      .option('--dry-run', 'install: says what would be done')
      .option('-o, --output <format>', `${formats.join(', ')}; yaml: install prints the manifests and makes nothing`)
      .addHelpText('after', examples)
  },
  run: async (invocation, io) => {
    const request = readRequest(invocation)
    if ('problems' in request) {
      printProblems(request.problems, io)
      return exitCodes.usage
    }
    const { runProbes } = await import('./probes-run.ts')
    return runProbes(request, io)
  },
}

function readRequest(invocation: Invocation): ProbesRequest | { readonly problems: readonly Problem[] } {
  const { args, options } = invocation
  const problems: Problem[] = []
  const refuse = (message: string) => problems.push({ severity: 'error', message })
  const action = actions.find((each) => each === args[0])
  if (action === undefined) refuse(`probes ${String(args[0])}: expected ${actions.join(', ')}`)
  const paths = [...((args[1] ?? []) as string[]), ...((options.filename ?? []) as string[])]
  const namespaces = (options.namespace ?? []) as string[]
  if (action !== 'install') {
    if (paths.length > 0) refuse(`probes ${action} takes no scenarios: name namespaces by -n`)
    for (const name of ['everyNode', 'reader', 'force', 'dryRun', 'set'])
      if (options[name] !== undefined) refuse(`--${kebab(name)} goes with probes install`)
  }
  if (action === 'install' && paths.length > 0 && namespaces.length > 0)
    refuse('probes install takes scenarios or -n, not both')
  const reader = readReader(options.reader as string | undefined)
  if (reader === null) refuse(`--reader ${String(options.reader)}: expected NAMESPACE:SERVICEACCOUNT`)
  const format = formats.find((each) => each === (options.output ?? 'text'))
  if (format === undefined) refuse(`-o ${String(options.output)}: expected ${formats.join(', ')}`)
  if (format === 'yaml' && action !== 'install') refuse('-o yaml goes with probes install')
  const { set, problems: wrong } = readSettings((options.set ?? []) as string[])
  if (action === undefined || format === undefined || problems.length + wrong.length > 0)
    return { problems: [...problems, ...wrong] }
  return {
    action,
    paths,
    namespaces,
    set,
    format,
    cluster: readCluster(invocation),
    everyNode: options.everyNode === true,
    force: options.force === true,
    dryRun: options.dryRun === true,
    canary: options.canary !== false,
    ...(reader === undefined || reader === null ? {} : { reader }),
  }
}

function readReader(text: string | undefined): ProbesRequest['reader'] | null {
  if (text === undefined) return undefined
  const [namespace = '', name = '', ...more] = text.split(':')
  return namespace === '' || name === '' || more.length > 0 ? null : { namespace, name }
}

function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
