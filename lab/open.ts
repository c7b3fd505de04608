import { givenPods } from '../fabric/cluster-dns.ts'
import type { Change, Fabric, Identity, Manifest, Probe, Unavailable } from '../fabric/fabric.ts'
import { createAllocator } from '../fabric/manifests/allocator.ts'
import { applyObjects } from '../fabric/manifests/change.ts'
import type { ManifestObject } from '../fabric/manifests/object.ts'
import { buildWorld } from '../fabric/manifests/world.ts'
import { withoutClusterPolicies } from '../fabric/not-enforced.ts'
import type { ExternalHost, World } from '../fabric/world.ts'
import type { Problem } from '../policy/types.ts'
import { type Connection, connectWorker } from './connection.ts'
import { standInHosts } from './externals.ts'
import { type Host, launch } from './launch.ts'
import { podKey } from './layout.ts'
import { settledProbe } from './probes.ts'
import { externalsOf, type LabSettings } from './settings.ts'

/** Objects that the API server would refuse, with all problems. */
export class RefusedObjects extends Error {
  override readonly name = 'RefusedObjects'
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    super(problems.map(({ message }) => message).join('\n'))
    this.problems = problems
  }
}

export interface LabOptions {
  readonly objects: readonly ManifestObject[]
  readonly settings: LabSettings
  readonly host: Host
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Undeclared stand-ins: hosts that a run connects to, in the form of `externals`. */
  readonly assumed?: readonly string[]
  /** The Kubernetes version whose API server is imitated. */
  readonly kubernetes?: string | undefined
}

/**
 * Creates the objects as network namespaces on this machine. Rejects with `LabUnavailable` if that is impossible, and
 * with `RefusedObjects` for invalid input. Everything is removed on dispose, and when the caller or the worker exits
 * for any reason.
 */
export async function openLab({ assumed = [], ...given }: LabOptions, signal: AbortSignal): Promise<Fabric> {
  const settings = { ...given.settings, externals: [...given.settings.externals, ...assumed] }
  const options = { ...given, settings, assumed }
  const { host } = options
  const state = createState(options)
  const connection = connectWorker(await launch(host, signal))
  try {
    const abandon = () => void connection.close()
    signal.addEventListener('abort', abandon, { once: true })
    const up = await connection.ask({ kind: 'world', world: state.world, settings })
    signal.removeEventListener('abort', abandon)
    signal.throwIfAborted()
    return fabricOver(connection, state, { ...options, ...up })
  } catch (error) {
    await connection.close()
    signal.throwIfAborted()
    throw error
  }
}

interface State {
  readonly world: World
  /** The world after a change. Call `keep` when the change is in force. */
  after(change: Change): { readonly world: World; keep(): void }
}

function createState({ objects, kubernetes, settings }: LabOptions): State {
  const allocator = createAllocator()
  const externals = externalsOf(settings)
  const externalHosts = standInHosts(externals).flatMap(({ name, address, chosen }): ExternalHost[] =>
    name === undefined ? [] : [{ name, address, ...(chosen ? { chosen } : {}) }],
  )
  const build = (from: readonly ManifestObject[]): World => {
    const { world, problems } = buildWorld(from, { allocator, externals, families: settings.families, kubernetes })
    refuse(problems)
    return { ...withoutClusterPolicies(world), externalHosts }
  }
  let current = { objects, world: build(objects) }
  return {
    get world() {
      return current.world
    },
    after(change) {
      const applied = applyObjects(current.objects, change)
      refuse(applied.problems)
      const next = { objects: applied.objects, world: build(applied.objects) }
      return {
        world: next.world,
        keep: () => {
          current = next
        },
      }
    },
  }
}

function refuse(problems: readonly Problem[]): void {
  const errors = problems.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw new RefusedObjects(errors)
}

function fabricOver(
  connection: Connection,
  state: State,
  {
    settings,
    now,
    assumed = [],
    ipv6,
    refused,
  }: LabOptions & { readonly ipv6: boolean; readonly refused: readonly string[] },
): Fabric {
  let changing: Promise<unknown> = Promise.resolve()
  let fresh = 0

  const apply = (change: Change, signal: AbortSignal): Promise<void> => {
    const turn = changing.then(async () => {
      signal.throwIfAborted()
      const { world, keep } = state.after(change)
      await connection.ask({ kind: 'world', world, settings })
      keep()
    })
    changing = turn.catch(() => undefined)
    return turn
  }

  const plainProbe = async (
    identity: Extract<Identity, { kind: 'namespace' }>,
    signal: AbortSignal,
  ): Promise<Probe | Unavailable> => {
    const { namespace, labels = {}, node } = identity
    if (!state.world.namespaces.some(({ name }) => name === namespace))
      return { unavailable: `there is no namespace ${namespace}` }
    fresh += 1
    const name = `crosscheck-${String(fresh)}`
    const bornAt = now()
    await apply({ kind: 'apply', objects: [plainPod({ namespace, name, labels, node })] }, signal)
    const probe = settledProbe({ kind: 'pod', namespace, name }, state.world, connection)
    return 'unavailable' in probe ? probe : { ...probe, identity, bornAt, note: 'tested as a plain pod' }
  }

  return {
    capabilities: { changesByOthers: false, builtFromManifests: true },
    notes: assumed.length === 0 ? [] : [`assumed: ${assumed.join(', ')}: stand-ins of the lab answer there`],
    description: describeLab(state.world, { ipv6, refused }),
    timing: {
      allowed: { deadlineMs: 4000, attempts: 2 },
      blocked: { deadlineMs: 1500, attempts: 1 },
      canaryMs: 300,
      policies: settings.policyDelay > 0 ? 'eventually' : 'at-once',
    },
    world: async () => state.world,
    probe: (identity, signal) =>
      identity.kind === 'namespace'
        ? plainProbe(identity, signal)
        : Promise.resolve(settledProbe(identity, state.world, connection)),
    apply,
    overflowed: async () => new Set(await connection.ask({ kind: 'overflowed' })),
    admitted: (pod) => connection.ask({ kind: 'admitted', pod: podKey(pod) }),
    [Symbol.asyncDispose]: () => connection.close(),
  }
}

function describeLab(world: World, { ipv6, refused }: { ipv6: boolean; refused: readonly string[] }): string {
  const count = (n: number, what: string) => `${String(n)} ${what}${n === 1 ? '' : 's'}`
  return [
    `lab of ${count(world.nodes.length, 'node')} and ${count(givenPods(world).length, 'pod')} in network namespaces of this machine`,
    ...(ipv6 || !world.families.used.includes(6) ? [] : ['without IPv6, which this kernel lacks']),
    ...(refused.length === 0 ? [] : [`without these listeners: ${refused.join(', ')}`]),
  ].join('; ')
}

function plainPod(pod: {
  namespace: string
  name: string
  labels: Readonly<Record<string, string>>
  node: string | undefined
}): Manifest {
  const { namespace, name, labels, node } = pod
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, name, labels: { ...labels, 'crosscheck.dev/owned': 'true' } },
    spec: {
      ...(node === undefined ? {} : { nodeName: node }),
      containers: [{ name: 'probe', image: 'crosscheck' }],
    },
  }
}
