import { shellWord } from '../result/shell-word.ts'
import type { Invocation } from './command.ts'

/** Options that select manifests or a cluster. */
const named = [
  ['filename', '-f'],
  ['kustomize', '-k'],
  ['exclude', '--exclude'],
  ['namespace', '-n'],
  ['kubernetes', '--kubernetes'],
  ['context', '--context'],
  ['kubeconfig', '--kubeconfig'],
] as const

/** Returns these options and their values as shell words, for a printed follow-up command. */
export function worldWords(options: Invocation['options']): string[] {
  return named.flatMap(([name, flag]) => {
    const values = [options[name] ?? []].flat() as string[]
    return values.map((value) => `${flag} ${shellWord(value)}`)
  })
}
