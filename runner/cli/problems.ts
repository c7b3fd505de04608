import type { Place, Problem } from '../../policy/types.ts'
import type { TextOutput } from './io.ts'

/** `file:line:column: error: message`, and the way out on a line of its own, as compilers do. */
function problemText({ severity, message, hint, place }: Problem): string {
  const line = `${place === undefined ? 'crosscheck: ' : `${placeText(place)}: `}${severity}: ${printable(message)}\n`
  return hint === undefined ? line : `${line}  hint: ${printable(hint)}\n`
}

function placeText({ file, line, column }: Place): string {
  return `${printable(file)}:${line}:${column}`
}

/** Prints all problems, each once; true when one of them is an error: nothing should be started then. */
export function printProblems(problems: readonly Problem[], { stderr }: { readonly stderr: TextOutput }): boolean {
  stderr.write([...new Set(problems.map(problemText))].join(''))
  return problems.some(({ severity }) => severity === 'error')
}

/** Text from files without what would act on a terminal. */
function printable(text: string): string {
  return text.replaceAll(/(?![\t\n])\p{Cc}/gu, '\ufffd')
}
