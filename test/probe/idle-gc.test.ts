import { EventEmitter } from 'node:events'
import type { Server } from 'node:http'
import { expect, onTestFinished, test, vi } from 'vitest'
import { collectWhenQuiet } from '../../probe/idle-gc.ts'

function started(): { begin: () => EventEmitter; collect: ReturnType<typeof vi.fn<() => void>> } {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const server = new EventEmitter()
  const collect = vi.fn<() => void>()
  collectWhenQuiet(server as Server, { afterMs: 100, collect })
  const begin = () => {
    const response = new EventEmitter()
    server.emit('request', {}, response)
    return response
  }
  return { begin, collect }
}

test('collects once after the start and once after each spell of work', () => {
  const { begin, collect } = started()
  vi.advanceTimersByTime(1_000)
  expect(collect).toHaveBeenCalledTimes(1)
  for (let index = 0; index < 3; index++) begin().emit('close')
  vi.advanceTimersByTime(99)
  expect(collect).toHaveBeenCalledTimes(1)
  vi.advanceTimersByTime(1_000)
  expect(collect).toHaveBeenCalledTimes(2)
})

test('collects nothing while a request is under way', () => {
  const { begin, collect } = started()
  const long = begin()
  begin().emit('close')
  vi.advanceTimersByTime(1_000)
  expect(collect).not.toHaveBeenCalled()
  long.emit('close')
  vi.advanceTimersByTime(100)
  expect(collect).toHaveBeenCalledTimes(1)
})
