import { expect, test } from 'vitest'
import type { Check } from '../../checks/check.ts'
import type { Observation } from '../../checks/outcome.ts'
import { observations, readBatch } from '../../probe/batch.ts'

const checks = (count: number) =>
  readBatch(
    {
      checks: Array.from({ length: count }, (_, index) => ({
        kind: 'tcp',
        id: `${index}`,
        host: '192.0.2.1',
        port: 80,
      })),
    },
    count,
  ) as Check[]

const seen = (check: Check): Observation => ({
  id: check.id,
  startedAt: 1,
  outcome: { reason: 'connected', phase: 'connect', attempts: 1, durations: {} },
})

const bounds = { concurrency: 10, answerBytes: 1_000, httpConcurrency: 3 }
const quiet = () => new AbortController().signal
const turns = async (count: number) => {
  for (let index = 0; index < count; index++) await new Promise((resolve) => setImmediate(resolve))
}

test('every check gets one line, at most `concurrency` run at once', async () => {
  let running = 0
  let most = 0
  const observe = async (check: Check) => {
    running += 1
    most = Math.max(most, running)
    await turns(2)
    running -= 1
    return seen(check)
  }
  let text = ''
  for await (const chunk of observations(checks(105), observe, bounds, quiet())) text += chunk
  const ids = text
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as Observation).id)
  expect(new Set(ids).size).toBe(105)
  expect(most).toBe(10)
})

test('of HTTP checks, whose answers are large, fewer run at once, and other kinds do not wait for them', async () => {
  const http = { kind: 'http', url: 'http://192.0.2.1/' }
  const tcp = { kind: 'tcp', host: '192.0.2.1', port: 80 }
  const mixed = readBatch({ checks: Array.from({ length: 60 }, (_, index) => (index % 2 ? tcp : http)) }, 60)
  const running = { http: 0, tcp: 0 }
  const most = { http: 0, tcp: 0 }
  const observe = async (check: Check) => {
    const kind = check.kind as 'http' | 'tcp'
    running[kind] += 1
    most[kind] = Math.max(most[kind], running[kind])
    await turns(3)
    running[kind] -= 1
    return seen(check)
  }
  let text = ''
  for await (const chunk of observations(mixed as Check[], observe, { ...bounds, concurrency: 60 }, quiet()))
    text += chunk
  expect(text.trimEnd().split('\n')).toHaveLength(60)
  expect(most).toEqual({ http: 3, tcp: 30 })
})

test('while targets are silent more checks start, up to the bound', async () => {
  let waiting = 0
  const all = Promise.withResolvers<void>()
  const answer = Promise.withResolvers<void>()
  const observe = async (check: Check) => {
    waiting += 1
    if (waiting === 400) all.resolve()
    await answer.promise
    return seen(check)
  }
  const lines = observations(checks(401), observe, { ...bounds, concurrency: 400 }, quiet())
  const first = lines.next()
  await all.promise
  await turns(20)
  expect(waiting).toBe(400)
  answer.resolve()
  await first
  while (!(await lines.next()).done);
  expect(waiting).toBe(401)
})

test('a fault of the machinery ends the text with its error', async () => {
  const observe = async (check: Check) => {
    if (check.id === '5') throw new Error('broken machinery')
    return seen(check)
  }
  const read = async () => {
    for await (const _ of observations(checks(20), observe, bounds, quiet()));
  }
  await expect(read()).rejects.toMatchObject({ cause: new Error('broken machinery') })
})

test('what comes in one turn of the loop is one chunk', async () => {
  const observe = async (check: Check) => {
    await turns(1)
    return seen(check)
  }
  const chunks: string[] = []
  for await (const chunk of observations(checks(8), observe, bounds, quiet())) chunks.push(chunk)
  expect(chunks).toHaveLength(1)
})

test('while nobody reads no further check starts, and reading goes on to the end', async () => {
  let started = 0
  const observe = async (check: Check) => {
    started += 1
    await turns(1)
    return seen(check)
  }
  const lines = observations(checks(1_000), observe, bounds, quiet())
  let text = (await lines.next()).value as string
  await turns(200)
  expect(started).toBeLessThan(100)
  for await (const chunk of lines) text += chunk
  expect(text.trimEnd().split('\n')).toHaveLength(1_000)
})

test('while nobody reads no HTTP check starts in the place of one that has answered', async () => {
  const http = readBatch({ checks: Array(50).fill({ kind: 'http', url: 'http://192.0.2.1/' }) }, 50) as Check[]
  let started = 0
  const observe = async (check: Check) => {
    started += 1
    await turns(1)
    return seen(check)
  }
  const lines = observations(http, observe, { concurrency: 50, httpConcurrency: 3, answerBytes: 1 }, quiet())
  await lines.next()
  await turns(50)
  expect(started).toBeLessThan(10)
  let rest = 0
  for await (const chunk of lines) rest += chunk.split('\n').length - 1
  expect(started).toBe(50)
  expect(rest).toBeGreaterThan(40)
})

test('aborting ends the checks in flight and starts no other, also while nobody reads', async () => {
  const controller = new AbortController()
  let started = 0
  const observe = (check: Check, signal: AbortSignal) => {
    started += 1
    return new Promise<Observation>((resolve) =>
      signal.addEventListener('abort', () => resolve(seen(check)), { once: true }),
    )
  }
  const lines = observations(checks(100), observe, bounds, controller.signal)
  const first = lines.next()
  await turns(2)
  controller.abort()
  await first
  while (!(await lines.next()).done);
  expect(started).toBe(10)
})

test('aborting while the buffer is full ends the batch', async () => {
  const controller = new AbortController()
  const lines = observations(
    checks(1_000),
    async (check) => seen(check),
    { ...bounds, answerBytes: 1 },
    controller.signal,
  )
  await lines.next()
  await turns(5)
  controller.abort()
  let rest = 0
  for await (const _ of lines) rest += 1
  expect(rest).toBeLessThan(5)
})

test.each([
  [undefined, 'invalid'],
  [null, 'invalid'],
  ['checks', 'invalid'],
  [{}, 'invalid'],
  [{ checks: {} }, 'invalid'],
  [{ checks: [] }, 'invalid'],
  [{ checks: [{ kind: 'tcp', host: 'a', port: 0 }] }, 'invalid'],
  [{ checks: [{ kind: 'ftp' }] }, 'invalid'],
  [{ checks: [1, 2, 3] }, 'too_many'],
])('the body %j is refused as %s', (body, error) => {
  expect(readBatch(body, 2)).toMatchObject({ error, mistakes: [{ message: expect.any(String) }] })
})

test('a mistake is told with its place', () => {
  const check = { kind: 'tcp', host: 'a', port: 1 }
  expect(readBatch({ checks: [check, { ...check, port: 70_000 }] }, 10)).toMatchObject({
    mistakes: [{ path: 'checks[1].port' }],
  })
})
