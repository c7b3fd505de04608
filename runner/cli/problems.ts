import type { Place, Problem } from '../../policy/types.ts'
import type { TextOutput } from './io.ts'

/** Formats `file:line:column: error: message`, with the hint on its own line, as compilers do. */
function problemText({ severity, message, hint, place }: Problem): string {
  const line = `${place === undefined ? 'crosscheck: ' : `${placeText(place)}: `}${severity}: ${printable(message)}\n`
  return hint === undefined ? line : `${line}  hint: ${printable(hint)}\n`
}

function placeText({ file, line, column }: Place): string {
  return `${printable(file)}:${line}:${column}`
}

/** Prints all problems without duplicates. Returns true if one is an error; the caller must then not start anything. */
export function printProblems(problems: readonly Problem[], { stderr }: { readonly stderr: TextOutput }): boolean {
  stderr.write([...new Set(problems.map(problemText))].join(''))
  return problems.some(({ severity }) => severity === 'error')
}

/** Removes terminal control characters from text of files. */
function printable(text: string): string {
  return text.replaceAll(/(?![\t\n])\p{Cc}/gu, '\ufffd')
}
