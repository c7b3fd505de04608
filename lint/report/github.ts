import type { Finding, Severity } from '../rule.ts'

const commands: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'notice' }

/** Formats findings as workflow commands, which GitHub Actions shows as annotations. */
export function lintGithub(findings: readonly Finding[]): string {
  return findings
    .map(({ rule, severity, message, fix, place: { file, line, column } }) => {
      const at = `file=${property(file)},line=${line},col=${column},title=${property(rule)}`
      return `::${commands[severity]} ${at}::${data(fix === undefined ? message : `${message}\nfix: ${fix}`)}\n`
    })
    .join('')
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
