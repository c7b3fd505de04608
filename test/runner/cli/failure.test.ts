import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { LabUnavailable } from '../../../lab/launch.ts'
import { RefusedObjects } from '../../../lab/open.ts'
import { exitCodeOf } from '../../../runner/cli/failure.ts'
import { Interruption, type Io, wantsColour } from '../../../runner/cli/io.ts'
import { printProblems } from '../../../runner/cli/problems.ts'

function ioWith(more: Partial<Io> = {}): Io & { told: () => string } {
  const told: string[] = []
  const { signal } = new AbortController()
  const io = {
    argv: [],
    environment: {},
    cwd: '.',
    platform: 'linux',
    node: 'node',
    stdin: Readable.from([]),
    now: Date.now,
    signal,
  }
  const stderr = { write: (text: string) => told.push(text) }
  return { ...io, stdout: { write: () => expect.unreachable() }, stderr, ...more, told: () => told.join('') }
}

test('a lab that cannot be had is its sentence, and ends with 4', () => {
  const io = ioWith()
  expect(exitCodeOf(new LabUnavailable('the lab needs nft: apt-get install -y nftables'), io)).toBe(4)
  expect(io.told()).toBe('crosscheck: the lab needs nft: apt-get install -y nftables\n')
})

test('objects that a fabric refuses are mistakes of the user', () => {
  const io = ioWith()
  const place = { file: 'a.yaml', line: 3, column: 5 }
  const problems = [{ severity: 'error', message: 'no', hint: 'yes', place } as const]
  expect(exitCodeOf(new RefusedObjects(problems), io)).toBe(2)
  expect(io.told()).toBe('a.yaml:3:5: error: no\n  hint: yes\n')
})

test('causes are told, each once', () => {
  const io = ioWith()
  const cause = new Error('disk full', { cause: 'sectors' })
  expect(exitCodeOf(new Error('not written', { cause }), io)).toBe(4)
  expect(exitCodeOf(new Error('not written: disk full: sectors', { cause }), io)).toBe(4)
  expect(io.told()).toBe('crosscheck: not written: disk full: sectors\n'.repeat(2))
})

test('whatever an interrupted command throws, it was interrupted', () => {
  const io = ioWith({ signal: AbortSignal.abort(new Interruption('SIGINT', 130)) })
  expect(exitCodeOf(new Error('the worker is gone'), io)).toBe(130)
  expect(io.told()).toBe('crosscheck: interrupted by SIGINT\n')
})

test('the stack is told to those who ask for it', () => {
  const io = ioWith({ environment: { CROSSCHECK_DEBUG: '1' } })
  exitCodeOf(new Error('odd'), io)
  expect(io.told()).toMatch(/^crosscheck: odd\nError: odd\n +at /)
})

test('text of the user cannot act on a terminal, and a mistake is told once', () => {
  const io = ioWith()
  const problem = { severity: 'warning', message: 'odd \x1b[2J\x9b name' } as const
  expect(printProblems([problem, problem], io)).toBe(false)
  expect(io.told()).toBe('crosscheck: warning: odd \ufffd[2J\ufffd name\n')
})

test.each([
  [{}, [], true],
  [{ NO_COLOR: '1' }, [], false],
  [{ NO_COLOR: '' }, [], true],
  [{ TERM: 'dumb' }, [], false],
  [{}, ['run', '--no-color'], false],
])('a terminal with %j and %j has colours: %s', (environment, argv, colours) => {
  expect(wantsColour({ write: () => true, isTTY: true }, { environment, argv })).toBe(colours)
  expect(wantsColour({ write: () => true }, { environment, argv })).toBe(false)
})
