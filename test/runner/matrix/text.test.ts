import { expect, test } from 'vitest'
import type { Pod, Service } from '../../../fabric/world.ts'
import type { Cell } from '../../../runner/matrix/cell.ts'
import type { MeasuredCell } from '../../../runner/matrix/measure.ts'
import { matrixText, type TextOptions } from '../../../runner/matrix/text.ts'

/** `namespace/workload-1`: a replica of a Deployment; without a number a pod of its own. */
function podOf(key: string): Pod {
  const [namespace = '', name = ''] = key.split('/')
  const replica = /^(.*)-\d+$/.exec(name)
  const workload = replica ? { kind: 'Deployment', name: replica[1] } : { kind: 'Pod', name }
  return { namespace, name, workload } as Pod
}

type Seen = Pick<Cell, 'predicted' | 'observed' | 'reason' | 'detail'>

function cellOf(from: string, to: string, seen: Seen = { observed: 'open', reason: 'connected' }): MeasuredCell {
  const [, service] = /^(?:.*)\/service\/(.*)$/.exec(to) ?? []
  const target =
    service === undefined ? { kind: 'pod', pod: podOf(to) } : { kind: 'service', service: { name: service } as Service }
  const planned = { from: podOf(from), to: target, port: 80, protocol: 'TCP', question: {} } as MeasuredCell['planned']
  return { planned, cell: { from, to, port: 80, protocol: 'TCP', ...seen } }
}

const blocked = { observed: 'blocked', reason: 'connect_timeout' } as const
const unknown = { observed: 'unknown', reason: 'not_listening', detail: 'nothing listens on 10.0.0.3:80/TCP' } as const

function textOf(cells: readonly MeasuredCell[], options: Partial<TextOptions> = {}): string {
  const plain = { seconds: 2.345, interrupted: false, width: 120, paint: (_: string, text: string) => text }
  return matrixText(cells, { description: 'lab of 1 node', assumed: [], ...plain, ...options })
}

test('replicas are one row and one column, and where they differ it is said which', () => {
  const cells = [
    cellOf('b/web-1', 'b/web-2'),
    cellOf('b/web-2', 'b/web-1'),
    cellOf('b/web-1', 'a/db'),
    cellOf('b/web-2', 'a/db', blocked),
    cellOf('a/db', 'b/web-1', unknown),
    cellOf('a/db', 'b/web-2', unknown),
    cellOf('a/db', 'b/service/web', blocked),
  ]
  expect(textOf(cells)).toBe(`lab of 1 node

FROM   1  2  3
a/db      ×  ?
b/web  ◐     ●

1  a/db:80/TCP
2  b/service/web:80/TCP
3  b/web:80/TCP

● open   × blocked   ◐ mixed   ? unknown   (blank: from a pod to itself)

mixed:
  b/web -> a/db:80/TCP: 1 open (b/web-1 -> a/db), 1 blocked (b/web-2 -> a/db)

unknown:
  2 × nothing listens on 10.0.0.3:80/TCP

7 cells in 2.3 s: 3 open, 2 blocked, 2 unknown
`)
})

test('a Service of which only a part is open is mixed, and says which part', () => {
  const detail = 'open at b/api-1; blocked at b/api-2'
  const text = textOf([cellOf('a/web', 'b/service/api', { observed: 'open', reason: 'partly_open', detail })])
  expect(text).toContain('a/web  ◐\n')
  expect(text).toContain(`a/web -> b/service/api:80/TCP: 1 open (${detail})\n`)
})

test('two workloads of one name are told apart by their kind', () => {
  const text = textOf([cellOf('a/web-1', 'b/db'), cellOf('a/web', 'b/db')])
  expect(text).toContain('a/deployment/web  ●\n')
  expect(text).toContain('a/pod/web         ●\n')
})

test('more columns than a line has room for stand below', () => {
  const pods = Array.from({ length: 12 }, (_, index) => `a/p${String.fromCharCode(97 + index)}`)
  const text = textOf(
    pods.flatMap((to) => (to === 'a/pa' ? [] : [cellOf('a/pa', to)])),
    { width: 30 },
  )
  expect(text.split('\n').every((line) => line.length <= 30 || /[●,]/.test(line))).toBe(true)
  expect(text.match(/^FROM.*$/gm)).toEqual(['FROM   1   2   3   4   5   6', 'FROM   7   8   9  10  11'])
})

test('long lists are cut, and the summary says when it was interrupted', () => {
  const cells = Array.from({ length: 30 }, (_, index) =>
    cellOf('a/web', `b/p${index}`, { ...unknown, detail: `reason ${index}` }),
  )
  const text = textOf(cells, { interrupted: true })
  expect(text).toContain('  1 × reason 19\n  and 10 more, all of them with -o json\n')
  expect(text).toMatch(/30 cells in 2.3 s: 0 open, 0 blocked, 30 unknown; interrupted\n$/)
})

test('where policies were asked too, the summary says in how many cells packets did what they mean', () => {
  const cells = [
    cellOf('a/web', 'b/x', { predicted: 'allow', observed: 'open' }),
    cellOf('a/web', 'b/y', { predicted: 'deny', ...blocked }),
    cellOf('a/web', 'b/z', { predicted: 'deny', observed: 'open' }),
    cellOf('a/web', 'b/v', { predicted: 'undefined', observed: 'open' }),
    cellOf('a/web', 'b/w', { predicted: 'allow', ...unknown }),
  ]
  expect(textOf(cells)).toMatch(/: 3 open, 1 blocked, 1 unknown; predictions agree in 2 of 3\n$/)
  expect(textOf(cells.slice(0, 2))).toMatch(/; predictions agree in 2 of 2\n$/)
})

test('without a cell there is no table', () => {
  expect(textOf([])).toBe(`lab of 1 node

nothing to ask: no pod has a port to which another pod could connect

0 cells in 2.3 s: 0 open, 0 blocked, 0 unknown
`)
})

test('marks are coloured where colours are wanted', () => {
  const text = textOf([cellOf('a/web', 'b/db', blocked)], { paint: (colour, mark) => `<${colour} ${mark}>` })
  expect(text).toContain('a/web  <red ×>\n')
})
