import { setTimeout as wait } from 'node:timers/promises'
import type { Check } from '../../checks/check.ts'
import type { Observation } from '../../checks/outcome.ts'
import type { createResolver } from '../../checks/resolver/resolver.ts'
import type { runCheck } from '../../checks/run.ts'
import type { World } from '../../fabric/world.ts'
import type { Layout } from '../layout.ts'
import type { Source } from '../protocol.ts'
import type { LabSettings } from '../settings.ts'
import type { Gate } from './concurrency.ts'
import { isBroken } from './faults.ts'
import type { Namespaces } from './namespaces.ts'
import type { Poller } from './poller.ts'
import { onlyFrom, standpoint } from './vantage.ts'

/** Milliseconds for which observations are collected into one line, because each line costs as much as a check. */
const gathering = 15

export interface Checking {
  readonly runCheck: typeof runCheck
  readonly createResolver: typeof createResolver
}

/** Loads the code of all kinds of checks. */
export async function loadChecking(): Promise<Checking> {
  const [{ runCheck }, { createResolver }] = await Promise.all([
    import('../../checks/run.ts'),
    import('../../checks/resolver/resolver.ts'),
  ])
  return { runCheck, createResolver }
}

export interface ObserveOptions {
  readonly signal: AbortSignal
  /** Receives observations in batches as they arrive. Resolves when more can be sent. */
  readonly tell: (observations: readonly Observation[]) => Promise<void>
  readonly gate: Gate
  /** The code of checks, which takes a while to load. */
  readonly checking: Promise<Checking>
  readonly world: World
  readonly layout: Layout
  readonly namespaces: Namespaces
  readonly poller: Poller
  readonly settings: LabSettings
}

/**
 * Runs checks concurrently from one source, within the limits of the gate. Resolves when every observation was sent.
 */
export async function observeAll(source: Source, checks: readonly Check[], options: ObserveOptions): Promise<void> {
  const { signal, tell, gate, checking, poller } = options
  const lost = lostSource(source, options)
  if (lost !== undefined) return tell(checks.map(({ id }) => notRun(id, lost)))
  const { vantage, addresses } = standpoint(source, options)
  const { runCheck, createResolver } = await checking
  const resolver = createResolver(vantage)
  let waiting: Observation[] = []
  let telling: Promise<void> | undefined
  let left = checks.length
  if (left === 0) return
  const done = Promise.withResolvers<void>()
  const flush = async () => {
    await Promise.race([wait(gathering), done.promise])
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      await tell(batch)
    }
    telling = undefined
  }
  const observe = async (check: Check, leave: () => void) => {
    const { outcome, ...rest } = await runCheck(check, vantage, { signal, resolver })
    leave()
    waiting.push({ ...rest, outcome: onlyFrom(addresses, outcome) })
    telling ??= flush()
    left -= 1
    if (left === 0) done.resolve()
  }
  const sleep = poller.stayAwake()
  for (const check of checks) gate.enter(targetOf(check), (leave) => void observe(check, leave).catch(done.reject))
  try {
    await done.promise
  } finally {
    sleep()
  }
  await telling
}

/** Why a source cannot run checks; undefined if it can. A lost source does not end the run. */
function lostSource(source: Source, { layout, settings }: ObserveOptions): string | undefined {
  if (source.kind !== 'pod') return undefined
  if (isBroken('crash', source.pod, settings)) return `the probe in ${source.pod} has crashed`
  return layout.pods.has(source.pod) ? undefined : `the pod ${source.pod} is gone`
}

/** The key for the limit on connections in flight: the host as the check names it. */
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
