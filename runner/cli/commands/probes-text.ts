import type { ResidentRow } from '../../../fabric/kubernetes/resident/list.ts'
import type { PlannedResident, ResidentPlan } from '../../../fabric/kubernetes/resident/plan.ts'

/** Formats the table of `crosscheck probes list`. */
export function residentsText(rows: readonly ResidentRow[]): string {
  if (rows.length === 0) return 'no resident probes\n'
  const head = ['NAMESPACE', 'STANDS FOR', 'POD', 'NODE', 'STATE', 'IMAGE']
  const lines = rows.map(({ namespace, identity, workload, pod, node, state, why, image }) => [
    namespace,
    identity,
    pod ?? workload,
    node ?? '-',
    why === undefined ? state : `${state}: ${why}`,
    image,
  ])
  return table([head, ...lines])
}

/** Describes what an installation creates, and which sources get no probe. */
export function planText({ residents, canary, rights, refused }: ResidentPlan): string {
  const lines = residents.map(({ source, name, workload, warnings }) => [
    source.namespace,
    identityOf(workload),
    `${String(workload['kind'])} ${name}`,
    labelsText(source.labels),
    ...warnings.map((warning) => `(${warning})`),
  ])
  const made = lines.length === 0 ? '' : table([['NAMESPACE', 'STANDS FOR', 'MADE', 'LABELS'], ...lines])
  const standing = canary.length === 0 ? '' : 'and the standing canary, two listeners on every node\n'
  const allowed = rights.length === 0 ? '' : `and in each namespace a Role with its binding\n`
  return `${made}${standing}${allowed}${refused.map(({ title, why }) => `not for ${title}: ${why}\n`).join('')}`
}

function identityOf(workload: PlannedResident['workload']): string {
  const { annotations } = workload['metadata'] as { readonly annotations: Readonly<Record<string, string>> }
  return annotations['crosscheck.dev/source'] ?? ''
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`)
  return pairs.length === 0 ? '-' : pairs.join(',')
}

/** Columns are as wide as their widest cell. The last column is not padded. */
function table(rows: readonly (readonly string[])[]): string {
  const columns = Math.max(...rows.map((row) => row.length))
  const widths = Array.from({ length: columns }, (_, at) => Math.max(...rows.map((row) => (row[at] ?? '').length)))
  const line = (row: readonly string[]) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd()
  return `${rows.map(line).join('\n')}\n`
}
