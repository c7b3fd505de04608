import { expect, test } from 'vitest'
import { createProgress, type ProgressOptions } from '../../../runner/report/progress.ts'
import { blockedPath, fabric, openPath, path, run, said, start } from './events.ts'

const options: ProgressOptions = { terminal: true, colour: false, unicode: true, width: 60 }
const progress = (events: Parameters<typeof said>[1], more: Partial<ProgressOptions> = {}) =>
  said(createProgress({ ...options, ...more }), events)
/** What stands on the terminal in the end, and the live lines that stood there. */
const screen = (text: string) => ({
  left: text.split('\n').map((line) => line.slice(line.lastIndexOf('\r\x1b[K') + 4)),
  live: text.split('\r\x1b[K').filter((line) => line !== '' && !line.endsWith('\n')),
})

test('a live line counts, failures stay above it, and at the end the line is gone', () => {
  const doing = { kind: 'doing', scenario: 'shop', what: 'asking from ui' } as const
  const unknown = blockedPath({ status: 'inconclusive', cause: 'source_dead', seen: 'unknown' })
  const { left, live } = screen(progress(run([path(), openPath(), unknown], [doing])))
  expect(left).toEqual([
    '✗ ui → pg: expected blocked, saw open (open)',
    '? ui → redis: expected blocked, not shown (source_dead)',
    '',
  ])
  expect(live).toEqual([
    '0/3',
    '0/3  shop: asking from ui',
    '1/3  shop: asking from ui',
    '2/3  ✗ 1  shop: asking from ui',
    '3/3  ✗ 1  ? 1  shop: asking from ui',
  ])
})

test('no line is wider than the terminal', () => {
  const doing = { kind: 'doing', scenario: 'shop', what: 'x'.repeat(10_000) } as const
  const shown = progress(run([openPath({ to: 'y'.repeat(500) }), path()], [doing]), { width: 40 })
  const lines = shown.replaceAll('\r\x1b[K', '\n').split('\n')
  expect(Math.max(...lines.map((line) => line.length))).toBe(39)
})

test('a terminal that does not tell its width is taken for one of 80 columns', () => {
  const doing = { kind: 'doing', scenario: 'shop', what: 'x'.repeat(100) } as const
  expect(progress([doing], { width: 0 })).toHaveLength('\r\x1b[K'.length + 79)
})

test('of many failures the first ten are told, and a large run moves the line at most 200 times', () => {
  const { left } = screen(progress(run(Array.from({ length: 50 }, () => openPath()))))
  expect(left.filter((line) => line.startsWith('✗'))).toHaveLength(10)
  expect(screen(progress(run(Array.from({ length: 5_000 }, () => path())))).live).toHaveLength(201)
})

test('a log gets one line per scenario', () => {
  const log = progress(
    [start, fabric, { kind: 'doing', scenario: 'shop', what: 'asking' }, ...run([openPath()]).slice(2)],
    {
      terminal: false,
    },
  )
  expect(log).toBe('shop: lab of 2 nodes and 9 pods in network namespaces of this machine\n')
})

test('what the run does cannot steer the terminal', () => {
  const doing = { kind: 'doing', scenario: '\x1b[2J', what: 'a\nb' } as const
  expect(progress([start, doing])).toBe('\r\x1b[K0/5\r\x1b[K0/5  \\x1b[2J: a\\nb')
})
