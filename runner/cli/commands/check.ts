import type { Problem } from '../../../policy/types.ts'
import type { Question } from '../../check/scenario.ts'
import { exitCodes } from '../../result/path-result.ts'
import { parseDuration } from '../../scenario/parse-duration.ts'
import { wrongPlace } from '../access.ts'
import { defineCluster, readCluster } from '../cluster.ts'
import type { Command } from '../command.ts'
import { repeatable } from '../command.ts'
import { defineInputs, defineNamespace, readInputs } from '../inputs.ts'
import { readOutputs } from '../outputs.ts'
import { printProblems } from '../problems.ts'
import { worldWords } from '../world-words.ts'

const examples = `
FROM: namespace/kind/name (frontend/deploy/ui), a pod, ns/NAME, a Service, a pod's address, or outside.
TO: tcp://host:port, udp://, tls://, http(s)://, dns://name, nodeport://port, host:port, or namespace/kind/name[:port].

Without --lab it is measured on the cluster of the kubeconfig, by probes that are gone afterwards.

Examples:
  crosscheck check frontend/deploy/ui tcp://api.backend:4000 --expect open
  crosscheck check frontend/deploy/ui tcp://api.backend:4000 --lab -f manifests/ --expect open
  crosscheck check 10.244.1.7 backend/svc/postgres --lab -f dump.yaml --expect blocked`

/** `crosscheck check FROM TO` */
export const check: Command = {
  name: 'check',
  summary: 'one path now, without a scenario: is it open or blocked, and what shows it',
  define: (definition) => {
    definition
      .argument('<from>', 'who asks')
      .argument('<to>', 'what is asked for')
      .option('--lab', 'in the lab: network namespaces of this machine, made from the manifests')
    defineCluster(defineNamespace(defineInputs(definition)))
      .option('--expect <open|blocked>', 'what should be; without it the answer alone is told')
      .option('--family <4|6>', 'by IPv4 or by IPv6')
      .option('--deadline <time>', 'how long a check may take, as in 2s')
      .option('--kubernetes <version>', 'refuse what the API server of this version refuses, as in 1.36')
      .option('-o, --output <format[=file]>', 'text or json (repeatable)', repeatable)
      .addHelpText('after', examples)
  },
  run: async (invocation, io) => {
    const { args, options } = invocation
    const { outputs, problems: wrongOutputs } = readOutputs((options.output ?? []) as string[], ['text', 'json'])
    const question = readQuestion(String(args[0]), String(args[1]), options)
    const wrong = [...wrongOutputs, ...('problems' in question ? question.problems : [])]
    if (printProblems(wrong, io) || 'problems' in question) return exitCodes.usage
    const { checkLive, runCheck } = await import('./check-run.ts')
    const words = worldWords(options)
    if (options.lab !== true)
      return checkLive({ question, outputs, worldWords: words, cluster: readCluster(invocation) }, io)
    const inputs = await readInputs(invocation, io)
    return runCheck(
      { question, inputs, outputs, worldWords: words, kubernetes: options.kubernetes as string | undefined },
      io,
    )
  },
}

function readQuestion(
  from: string,
  to: string,
  options: Readonly<Record<string, unknown>>,
): Question | { readonly problems: readonly Problem[] } {
  const problems: Problem[] = []
  const refuse = (message: string, hint?: string) =>
    problems.push({ severity: 'error', message, ...(hint === undefined ? {} : { hint }) })
  problems.push(...wrongPlace(options))
  const expect = options.expect as string | undefined
  if (expect !== undefined && expect !== 'open' && expect !== 'blocked')
    refuse(`--expect ${expect}: expected open or blocked`)
  const digit = options.family as string | undefined
  if (digit !== undefined && digit !== '4' && digit !== '6') refuse(`--family ${digit}: expected 4 or 6`)
  const time = options.deadline as string | undefined
  const deadlineMs = time === undefined ? undefined : parseDuration(time)
  if (time !== undefined && (deadlineMs === undefined || deadlineMs < 100 || deadlineMs > 60_000))
    refuse(`--deadline ${time}: expected a duration from 100ms to 1m, as in 2s`)
  if (problems.length > 0) return { problems }
  return {
    from,
    to,
    ...(expect === undefined ? {} : { expect: expect as 'open' | 'blocked' }),
    ...(digit === undefined ? {} : { family: digit === '4' ? 4 : 6 }),
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
  }
}
