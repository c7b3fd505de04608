import type { World } from '../../fabric/world.ts'
import type { Changed } from '../observe/probes.ts'

/** The default settling time, and how recent a change must be for it, in milliseconds (docs/verdicts.md#time). */
const automaticMs = 30_000
const recentMs = 120_000

export interface WindowOptions {
  /** The setting in milliseconds; 0 turns settling off. */
  readonly settleMs: number | undefined
  readonly changed: Changed | undefined
  readonly world: World
  /** Namespaces of the sources and targets. */
  readonly involved: ReadonlySet<string>
  readonly now: () => number
}

/** Until when paths may settle, in milliseconds since the epoch, and why; undefined if they may not. */
export function stabilizingWindow({ settleMs, changed, world, involved, now }: WindowOptions) {
  const from = now()
  if (settleMs !== undefined) return settleMs === 0 ? undefined : { until: from + settleMs }
  if (changed !== undefined) return { until: from + automaticMs }
  const recent = (world.recent ?? []).filter(
    ({ kind, namespace, name, at }) => now() - at < recentMs && involved.has(kind === 'Namespace' ? name : namespace),
  )
  const [last] = recent.toSorted((a, b) => b.at - a.at)
  if (last === undefined) return undefined
  const title = [last.kind, [last.namespace, last.name].filter((part) => part !== '').join('/')].join(' ')
  const more = recent.length > 1 ? ` and ${recent.length - 1} more` : ''
  return {
    until: from + automaticMs,
    why: `settling: ${title}${more} changed in the last two minutes, so that what policies do not explain is measured again for ${automaticMs / 1000} s`,
  }
}
