import type { Check } from '../../checks/check.ts'
import type { Observation } from '../../checks/outcome.ts'
import type { World } from '../../fabric/world.ts'
import type { Layout } from '../layout.ts'
import type { Source } from '../protocol.ts'
import type { LabSettings } from '../settings.ts'
import { isBroken } from './faults.ts'
import type { Gate } from './gate.ts'
import type { Namespaces } from './namespaces.ts'
import { onlyFrom, standpoint } from './vantage.ts'

export interface ObserveOptions {
  readonly signal: AbortSignal
  /** Takes observations as they come, many at once; resolves when there is room for more. */
  readonly tell: (observations: readonly Observation[]) => Promise<void>
  readonly gate: Gate
  readonly world: World
  readonly layout: Layout
  readonly namespaces: Namespaces
  readonly settings: LabSettings
}

/** Runs all checks at once from one source, as far as the gate admits; resolves when every observation was told. */
export async function observeAll(source: Source, checks: readonly Check[], options: ObserveOptions): Promise<void> {
  const { signal, tell, gate, world, layout, namespaces, settings } = options
  if (source.kind === 'pod' && isBroken('crash', source.pod, settings))
    return tell(checks.map(({ id }) => notRun(id, `the probe in ${source.pod} has crashed`)))
  const { vantage, addresses } = standpoint(source, world, layout, namespaces)
  const [{ runCheck }, { createResolver }] = await Promise.all([
    import('../../checks/run.ts'),
    import('../../checks/resolver/resolver.ts'),
  ])
  const resolver = createResolver(vantage)
  let waiting: Observation[] = []
  let telling: Promise<void> | undefined
  const flush = async () => {
    // What comes in the same turn of the event loop, or while the reader is slow, goes into one line.
    await new Promise((resolve) => setImmediate(resolve))
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      await tell(batch)
    }
    telling = undefined
  }
  await Promise.all(
    checks.map(async (check) => {
      const leave = await gate.enter(targetOf(check))
      try {
        const { outcome, ...rest } = await runCheck(check, vantage, { signal, resolver })
        waiting.push({ ...rest, outcome: onlyFrom(addresses, outcome) })
      } finally {
        leave()
      }
      telling ??= flush()
    }),
  )
  await telling
}

/** What the bound on connects in flight counts: the host as the check names it. */
function targetOf(check: Check): string {
  if (check.kind === 'http') return new URL(check.url).host
  return check.kind === 'dns' ? (check.server ?? 'resolver') : check.host
}

function notRun(id: string, detail: string): Observation {
  return {
    id,
    startedAt: Date.now(),
    outcome: { reason: 'not_run', phase: 'admission', detail, attempts: 0, durations: {} },
  }
}
