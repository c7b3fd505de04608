import { percentile } from '../result/enforcement.ts'
import type { RunEvent, RunHead } from '../result/events.ts'
import type { PathResult } from '../result/path-result.ts'
import { pathJson } from './json-path.ts'
import type { Reporter } from './reporter.ts'
import { bounded } from './sanitize.ts'
import type { Report } from './schema.ts'

/** Maximum length of a string, in characters. A longer string is hostile or a dump, not a fact. */
const longest = 4_096

type Fabric = Extract<RunEvent, { kind: 'fabric' }>
type End = Extract<RunEvent, { kind: 'end' }>

interface Told {
  readonly fabrics: readonly Fabric[]
  /** The image of the first probe that reports one. All probes of a run use the same image. */
  readonly image: string | null
  readonly event: End
}

/** The document for scripts (docs/reference/report.md), complete at the end, with one line per path. */
export function jsonReporter(): Reporter {
  let head: RunHead | undefined
  const fabrics: Fabric[] = []
  let image: string | null = null
  const notices: Report['notices'] = []
  const canary: Report['canary'] = []
  const enforcement: Report['enforcement'] = []
  const paths: { readonly index: number; readonly line: string }[] = []
  return (event) => {
    if (event.kind === 'start') head = event.head
    else if (event.kind === 'fabric') fabrics.push(event)
    else if (event.kind === 'notice') notices.push({ scenario: event.scenario ?? null, message: event.message })
    else if (event.kind === 'canary') canary.push(...canaryJson(event))
    else if (event.kind === 'enforced') enforcement.push(enforcementJson(event))
    else if (event.kind === 'path') {
      image ??= event.result.source?.image ?? null
      paths.push({ index: event.result.index, line: pathLine(event.result) })
    }
    if (event.kind !== 'end' || head === undefined) return ''
    const { seconds, pass, fail, inconclusive, predicted, skipped } = event.summary
    const document: Omit<Report, 'paths'> = {
      apiVersion: 'crosscheck.dev/v1alpha1',
      run: runJson(head, { fabrics, image, event }),
      summary: { pass, fail, inconclusive, predicted, skipped, seconds },
      notices,
      canary,
      enforcement,
    }
    const opened = inert(laidOut(bounded(document, longest))).slice(0, -'\n}'.length)
    const lines = paths.toSorted((a, b) => a.index - b.index).map(({ line }) => line)
    return `${opened},\n  "paths": [${lines.length === 0 ? '' : `\n${lines.join(',\n')}\n  `}]\n}\n`
  }
}

function pathLine(result: PathResult): string {
  return `    ${inert(JSON.stringify(pathJson(bounded(result, longest))))}`
}

/** JSON with one line per key of the top two levels and per list item. */
function laidOut(value: unknown, indent = ''): string {
  const inner = `${indent}  `
  const block = (open: string, lines: readonly string[], close: string) =>
    lines.length === 0 ? open + close : `${open}\n${lines.map((line) => inner + line).join(',\n')}\n${indent}${close}`
  if (Array.isArray(value))
    return block(
      '[',
      value.map((item) => JSON.stringify(item)),
      ']',
    )
  if (typeof value !== 'object' || value === null || indent.length > 2) return JSON.stringify(value)
  const keys = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${laidOut(item, inner)}`)
  return block('{', keys, '}')
}

function runJson(head: RunHead, { fabrics, image, event }: Told): Report['run'] {
  const { end, summary } = event
  const cluster = fabrics.find((fabric) => fabric.cluster !== undefined)?.cluster
  return {
    id: head.id,
    start: head.start,
    end,
    where: head.where,
    cluster: cluster === undefined ? null : { uid: cluster.uid ?? null, version: cluster.version },
    tool: head.tool,
    image,
    user: cluster?.user ?? null,
    interrupted: summary.interrupted,
    scenarios: head.scenarios.map(({ name, file, sha256, paths }) => {
      const fabric = fabrics.find(({ scenario }) => scenario === name)
      const notSimulated = [...(fabric?.notSimulated ?? [])]
      const assumed = [...(fabric?.assumed ?? [])]
      return { name, file, sha256, paths, fabric: fabric?.description ?? null, notSimulated, assumed }
    }),
    policies: fabrics.flatMap(({ scenario, policies }) =>
      policies.map(({ namespace, name, uid, resourceVersion }) => ({
        scenario,
        namespace,
        name,
        uid: uid ?? null,
        resourceVersion: resourceVersion ?? null,
      })),
    ),
  }
}

function enforcementJson({ scenario, step, enforcement }: Extract<RunEvent, { kind: 'enforced' }>) {
  const { afterMs, late, flips } = enforcement
  const [p50, p99, last] = [percentile(afterMs, 50), percentile(afterMs, 99), afterMs.at(-1)]
  return {
    scenario,
    step,
    ways: afterMs.length + late,
    late,
    flips,
    p50: p50 ?? null,
    p99: p99 ?? null,
    last: last ?? null,
  }
}

function canaryJson({ scenario, results }: Extract<RunEvent, { kind: 'canary' }>): Report['canary'] {
  return results.map(({ node, family, side, ok, steps }) => ({
    scenario,
    node,
    family,
    side,
    ok,
    steps: steps.map(({ step, wanted, saw, ok: held }) => ({ step, wanted, saw, ok: held })),
  }))
}

/** Escapes characters that control a terminal or an editor as JSON escapes. */
function inert(json: string): string {
  return json.replace(/(?!\n)[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]/gu, (char) =>
    Array.from({ length: char.length }, (_, at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, '0')}`).join(''),
  )
}
