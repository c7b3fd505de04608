import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { compile } from '../../../policy/engine/compile.ts'
import { withEdits } from '../../../policy/engine/edits.ts'
import { type Fix, fixesOf } from '../../../policy/engine/fix.ts'
import { verdictOf } from '../../../policy/engine/predict.ts'
import type { PolicyWorld } from '../../../policy/engine/world.ts'
import { type Table as ProbedTable, tables as probedTables } from '../../cluster/e2e-tables.ts'
import { netpol } from './town.ts'

const [protocols, numbers] = [['TCP', 'UDP', 'SCTP'] as const, [80, 81] as const]

type Table = Omit<ProbedTable, 'protocol'> & { readonly protocol: (typeof protocols)[number] }

const sctpTables = parse(readFileSync('test/fixtures/e2e-netpol-sctp.yaml', 'utf8')) as readonly Table[]
const tables: readonly Table[] = [...probedTables, ...sctpTables]

function worldOf({ namespaces, pods, policies }: Table): PolicyWorld {
  return {
    nodes: [],
    namespaces: Object.entries(namespaces).map(([name, labels]) => ({ name, labels, labelsKnown: true })),
    pods: Object.entries(pods).map(([path, { labels, ip }]) => ({
      ...{ namespace: path.split('/')[0]!, name: path.split('/')[1]!, labels, addresses: [ip], hostNetwork: false },
      node: 'n0',
      ports: numbers.flatMap((port) =>
        protocols.map((protocol) => ({ name: `serve-${port}-${protocol.toLowerCase()}`, port, protocol })),
      ),
    })),
    policies: policies.map((policy) =>
      netpol(`${policy.metadata.namespace}/${policy.metadata.name}`, (policy as unknown as { spec: object }).spec),
    ),
  }
}

interface Cell {
  readonly title: string
  readonly name: string
  readonly open: boolean
  readonly table: Table
  readonly world: PolicyWorld
}

const cells = tables.flatMap((table): Cell[] => {
  const world = worldOf(table)
  return Object.entries(table.expect).map(([name, open]) => {
    const title = `${table.test} ${table.step} ${name} ${table.port}/${table.protocol}`
    return { title, name, open, table, world }
  })
})

function verdicts(world: PolicyWorld, { port, protocol, expect: asked }: Table): Map<string, string> {
  const compiled = compile(world)
  return new Map(
    Object.keys(asked).map((name) => {
      const found = verdictOf({ ...endsOf(name), port, protocol }, compiled)
      return [name, 'verdict' in found ? found.verdict : found.reason]
    }),
  )
}

function endsOf(name: string) {
  const [from, to] = name.split('>').map((path) => {
    const [namespace = '', pod = ''] = path.split('/')
    return { kind: 'pod', namespace, name: pod } as const
  })
  return { from: from!, to: to! }
}

describe("the truth tables of Kubernetes' own tests", () => {
  it('are predicted, every one of 506 cells', () => {
    const wrong = tables.flatMap((table) => {
      const found = verdicts(worldOf(table), table)
      return Object.entries(table.expect).flatMap(([name, open]) =>
        found.get(name) === (open ? 'allow' : 'deny')
          ? []
          : [`${table.test} ${table.step} ${name}: ${found.get(name)}`],
      )
    })
    expect(wrong).toEqual([])
    expect(cells).toHaveLength(506)
  })

  it('every denied cell is offered a fix; each flips it, and opens in its table no more than it says', {
    timeout: 60_000,
  }, () => {
    const denied = cells.filter(({ open }) => !open)
    expect(denied.length).toBeGreaterThan(90)
    const without: string[] = []
    for (const { title, name, table, world } of denied) {
      const { port, protocol } = table
      const listening = () => numbers.flatMap((each) => protocols.map((other) => ({ port: each, protocol: other })))
      const fixes = fixesOf([{ ...endsOf(name), port, protocol }], compile(world), { listening })
      if (fixes.length === 0) without.push(title)
      for (const fix of fixes) {
        const after = verdicts(withEdits(world, fix.edits), table)
        expect([title, after.get(name)]).toEqual([title, 'allow'])
        const opened = Object.entries(table.expect).flatMap(([other, open]) =>
          !open && other !== name && after.get(other) === 'allow' ? [other] : [],
        )
        expect([title, opened.filter((other) => !told(fix, table).has(other))]).toEqual([title, []])
      }
    }
    expect(without).toEqual([])
  })
})

/** The cells of a table that a fix says it opens. */
function told({ opens }: Fix, { port, protocol }: Table): Set<string> {
  const own = opens.filter((each) => each.port === port && each.protocol === protocol)
  return new Set(
    own.flatMap(({ from, to }) => from.names.flatMap((source) => to.names.map((target) => `${source}>${target}`))),
  )
}
