import type { Check } from '../../checks/check.ts'
import type { Observation } from '../../checks/outcome.ts'
import type { RuleCount } from '../../fabric/fabric.ts'
import type { World } from '../../fabric/world.ts'
import { createAuthority } from '../../probe/listener/certificate.ts'
import { createWitness } from '../../probe/listener/witness.ts'
import type { Results, Source } from '../protocol.ts'
import type { LabSettings } from '../settings.ts'
import { createGate } from './gate.ts'
import { openGround } from './ground.ts'
import { inFlight } from './limits.ts'
import { openListeners } from './listeners.ts'
import type { Namespaces } from './namespaces.ts'
import { observeAll } from './observe.ts'
import { openRules } from './rules.ts'
import { wantedListeners } from './wanted-listeners.ts'

/** What one worker does, behind its protocol. */
export interface Lab {
  /** Makes the lab be this world; resolves when links, rules and listeners are in force. */
  change(world: World): Promise<Results['world']>
  run(source: Source, checks: readonly Check[], options: RunOptions): Promise<void>
  overflowed(): Promise<readonly string[]>
  admitted(pod: string): Promise<readonly RuleCount[]>
}

export interface RunOptions {
  readonly signal: AbortSignal
  /** Resolves when there is room for more. */
  tell(observations: readonly Observation[]): Promise<void>
}

export function createLab(namespaces: Namespaces, settings: LabSettings, families: { readonly ipv6: boolean }): Lab {
  const now = () => Date.now()
  const ground = openGround(namespaces, families)
  const rules = openRules(namespaces, settings)
  const listeners = openListeners(namespaces, {
    authority: createAuthority(now),
    witness: createWitness(10_000),
    now,
    idleMs: 60_000,
  })
  const gate = createGate({ perKey: 2000, total: inFlight() })
  let world: World | undefined

  return {
    async change(next) {
      ground.change(next, settings)
      await rules.set(next, ground.layout, new Set())
      const refused = listeners.set(wantedListeners(next, ground.layout, settings))
      world = next
      return { ...families, refused }
    },
    async run(source, checks, options) {
      if (world === undefined) throw new Error('the lab has no world yet')
      await observeAll(source, checks, { ...options, gate, world, layout: ground.layout, namespaces, settings })
    },
    overflowed: async () => [],
    admitted: async () => [],
  }
}
