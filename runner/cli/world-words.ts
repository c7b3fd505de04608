import { shellWord } from '../result/shell-word.ts'
import type { Invocation } from './command.ts'

/** Options that name the world a command is about: manifests, or a cluster. */
const named = [
  ['filename', '-f'],
  ['kustomize', '-k'],
  ['exclude', '--exclude'],
  ['namespace', '-n'],
  ['kubernetes', '--kubernetes'],
  ['context', '--context'],
  ['kubeconfig', '--kubeconfig'],
] as const

/** The same options with the same values as words of a shell, to be used again in a command that is printed. */
export function worldWords(options: Invocation['options']): string[] {
  return named.flatMap(([name, flag]) => {
    const values = [options[name] ?? []].flat() as string[]
    return values.map((value) => `${flag} ${shellWord(value)}`)
  })
}
