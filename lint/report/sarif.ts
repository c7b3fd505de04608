import { createHash } from 'node:crypto'
import { isAbsolute, relative, sep } from 'node:path'
import type { Finding, Rule, Severity } from '../rule.ts'

const levels: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'note' }

export interface SarifOptions {
  readonly rules: readonly Rule[]
  readonly version: string
  /** Base of relative paths, as GitHub code scanning requires. */
  readonly cwd: string
}

/** Formats findings as SARIF 2.1.0 (OASIS), with the fields that GitHub code scanning reads. */
export function lintSarif(findings: readonly Finding[], { rules, version, cwd }: SarifOptions): string {
  const ids = rules.map(({ id }) => id)
  const seen = new Map<string, number>()
  const results = findings.map((finding) => ({
    ruleId: finding.rule,
    ruleIndex: ids.indexOf(finding.rule),
    level: levels[finding.severity],
    message: { text: finding.fix === undefined ? finding.message : `${finding.message}\nFix: ${finding.fix}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(finding.place.file, cwd), uriBaseId: '%SRCROOT%' },
          region: { startLine: finding.place.line, startColumn: finding.place.column },
        },
        ...(finding.object === ''
          ? {}
          : { logicalLocations: [{ fullyQualifiedName: finding.object, kind: 'object' }] }),
      },
    ],
    partialFingerprints: { 'crosscheck/v1': fingerprint(finding, seen) },
  }))
  const driver = { name: 'crosscheck', version, semanticVersion: version, rules: rules.map(described) }
  const run = { tool: { driver }, columnKind: 'utf16CodeUnits', results }
  const schema = 'https://json.schemastore.org/sarif-2.1.0.json'
  return `${JSON.stringify({ $schema: schema, version: '2.1.0', runs: [run] }, null, 2)}\n`
}

function described({ id, severity, summary }: Rule) {
  return {
    id,
    shortDescription: { text: summary },
    fullDescription: { text: summary },
    help: { text: `${summary}. See docs/reference/lint/${id}.md.` },
    defaultConfiguration: { level: levels[severity] },
    properties: { tags: ['kubernetes', 'network'] },
  }
}

/** A fingerprint that stays the same when the lines of the file move. */
function fingerprint({ rule, object, message }: Finding, seen: Map<string, number>): string {
  const text = [rule, object, message.replaceAll(/:\d+(:\d+)?\b/g, '')].join('\n')
  const count = (seen.get(text) ?? 0) + 1
  seen.set(text, count)
  return createHash('sha256').update(`${text}\n${count}`).digest('hex').slice(0, 32)
}

function uriOf(file: string, cwd: string): string {
  const path = isAbsolute(file) ? relative(cwd, file) : file
  return path.split(sep).map(encodeURIComponent).join('/')
}
