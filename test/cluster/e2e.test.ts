import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Check, checkSchema } from '../../checks/check.ts'
import { layer4OfOutcome, looksShut } from '../../checks/layer4.ts'
import type { Fabric, Probe } from '../../fabric/fabric.ts'
import { familyOf } from '../../runner/plan/planned-check.ts'
import { hasIpBlock, letters, namespaceOf, policiesOf, ports, type Table, tables, town } from './e2e-tables.ts'
import { absent, clusterFabric } from './opening.ts'

const { signal } = new AbortController()

/** One connection that a table speaks of. */
interface PlannedCheck {
  readonly from: string
  readonly to: string
  readonly address: string
  readonly port: number
  readonly protocol: 'TCP' | 'UDP'
  readonly open: boolean
}

describe.skipIf(absent !== undefined)(
  `Kubernetes' own NetworkPolicy tables${absent === undefined ? '' : `: ${absent}`}`,
  () => {
    let fabric: Fabric
    const probes = new Map<string, Probe>()
    const standing = { policies: new Map<string, unknown>(), labels: new Map<string, string>() }

    beforeAll(async () => {
      fabric = await clusterFabric()
      const nodes = (await fabric.world(signal)).nodes.map(({ name }) => name)
      await fabric.apply({ kind: 'apply', objects: town(nodes) }, signal)
      const own = letters.flatMap((letter) => ['a', 'b', 'c'].map((name) => ({ letter, name })))
      await Promise.all(
        own.map(async ({ letter, name }) => {
          const probe = await fabric.probe({ kind: 'pod', namespace: namespaceOf(letter), name }, signal)
          if ('unavailable' in probe) throw new Error(probe.unavailable)
          probes.set(`${letter}/${name}`, probe)
        }),
      )
    })
    afterAll(() => fabric?.[Symbol.asyncDispose]())

    const addressesOf = (pod: string) => probes.get(pod)?.addresses ?? []
    const ipv4 = () =>
      new Map([...probes].map(([pod, { addresses }]) => [pod, addresses.find((each) => familyOf(each) === 4)!]))

    it('answer as Kubernetes expects, each with three new connections and the usual deadlines, over both families', async () => {
      const everyone = [...probes.keys()]
      const reachable = ports.flatMap((port) =>
        (['TCP', 'UDP'] as const).flatMap((protocol) =>
          everyone.flatMap((from) =>
            everyone
              .filter((to) => to !== from)
              .flatMap((to) =>
                addressesOf(to).map((address) => ({ ...{ from, to, address, port, protocol }, open: true })),
              ),
          ),
        ),
      )
      expect(await wrong(reachable, 'soon')).toEqual([])
      const answers = { asked: 0, wrong: [] as string[] }
      for (const table of tables) {
        await bringAbout(table)
        const plannedChecks = plannedChecksOf(table)
        const late = await wrong(plannedChecks, 'soon')
        const found = late.length > 0 ? late : await wrong(plannedChecks, 'usual')
        answers.asked += Object.keys(table.expect).length
        answers.wrong.push(...found.map((each) => `${table.test} ${table.step}: ${each}`))
      }
      expect(answers).toEqual({ asked: 476, wrong: [] })
    }, 900_000)

    /** Policies and labels as the table has them; what the one before had beyond that goes. */
    async function bringAbout(table: Table): Promise<void> {
      const wanted = new Map(policiesOf(table, ipv4()).map((each) => [titleOf(each), each]))
      const gone = [...standing.policies].filter(([title]) => !wanted.has(title)).map(([, each]) => each)
      const changes = [
        ...(gone.length === 0 ? [] : [{ kind: 'delete', objects: gone } as const]),
        ...(wanted.size === 0 ? [] : [{ kind: 'apply', objects: [...wanted.values()] } as const]),
        ...labelChanges(table),
      ]
      await Promise.all(changes.map((change) => fabric.apply(change as Parameters<Fabric['apply']>[0], signal)))
      standing.policies = wanted
    }

    function labelChanges({ pods, namespaces }: Table) {
      const objects = new Map<string, Readonly<Record<string, string>>>()
      for (const [letter, labels] of Object.entries(namespaces)) {
        const { 'kubernetes.io/metadata.name': _, ...more } = labels
        objects.set(`namespace/${namespaceOf(letter)}`, more)
      }
      for (const [pod, { labels }] of Object.entries(pods)) objects.set(podObject(pod), labels)
      for (const object of standing.labels.keys()) if (!objects.has(object)) objects.set(object, usual(object))
      return [...objects].flatMap(([object, labels]) => {
        const before = JSON.parse(standing.labels.get(object) ?? JSON.stringify(usual(object))) as Record<
          string,
          string
        >
        const removed = Object.keys(before).filter((key) => !(key in labels))
        if (removed.length === 0 && Object.entries(labels).every(([key, value]) => before[key] === value)) return []
        standing.labels.set(object, JSON.stringify(labels))
        return [
          { kind: 'label', object, labels: { ...Object.fromEntries(removed.map((key) => [key, null])), ...labels } },
        ]
      })
    }

    function plannedChecksOf(table: Table): PlannedCheck[] {
      const families = hasIpBlock(table) ? [4] : [4, 6]
      return Object.entries(table.expect).flatMap(([pair, open]) => {
        const [from = '', to = ''] = pair.split('>')
        const addresses = addressesOf(to).filter((address) => families.includes(familyOf(address)))
        return addresses.map((address) => ({
          ...{ from, to, address, open },
          port: table.port,
          protocol: table.protocol,
        }))
      })
    }

    /** What is not as it should be: `soon` looks again and again with one short dial each, until all is, or for 30 s. */
    async function wrong(plannedChecks: readonly PlannedCheck[], patience: 'soon' | 'usual'): Promise<string[]> {
      const end = performance.now() + 30_000
      for (;;) {
        const found = await connectAll(plannedChecks, patience)
        if (patience === 'usual' || found.length === 0 || performance.now() > end) return found
      }
    }

    async function connectAll(plannedChecks: readonly PlannedCheck[], patience: 'soon' | 'usual'): Promise<string[]> {
      const found: string[] = []
      await Promise.all(
        [...Map.groupBy(plannedChecks, ({ from }) => from)].map(async ([from, own]) => {
          const checks = own.flatMap((plannedCheck, index) => checksOf(plannedCheck, String(index), patience))
          for await (const { id, outcome } of probes.get(from)!.run(checks, signal)) {
            const { to, address, port, protocol, open } = own[Number(id)]!
            const kind = protocol === 'UDP' ? 'udp' : 'tcp'
            const seen = layer4OfOutcome(outcome, kind)
            if (open ? seen === 'open' : looksShut(outcome, kind) || seen === 'refused') continue
            found.push(
              `${from} to ${to} (${address}) ${port}/${protocol} must be ${open ? 'open' : 'blocked'}: ${outcome.reason}`,
            )
          }
        }),
      )
      return found
    }

    function checksOf(
      { address, port, protocol, open }: PlannedCheck,
      id: string,
      patience: 'soon' | 'usual',
    ): Check[] {
      const { allowed, blocked, canaryMs } = fabric.timing
      const brief = { deadlineMs: open ? 2 * canaryMs : canaryMs, attempts: 1 }
      const wait = patience === 'soon' ? brief : open ? allowed : blocked
      const kind = protocol === 'UDP' ? 'udp' : 'tcp'
      const check = checkSchema.parse({ ...wait, kind, id, host: address, port })
      return Array.from({ length: patience === 'usual' && !open ? 3 : 1 }, () => check)
    }
  },
)

const podObject = (pod: string) => `${namespaceOf(pod.slice(0, 1))}/pod/${pod.slice(2)}`
const usual = (object: string): Record<string, string> =>
  object.startsWith('namespace/') ? {} : { pod: object.slice(-1) }

function titleOf({ metadata }: Readonly<Record<string, unknown>>): string {
  const { namespace, name } = metadata as { namespace: string; name: string }
  return `${namespace}/${name}`
}
