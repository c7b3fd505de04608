import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test } from 'vitest'
import { openTarget, post } from './started.ts'

function run(args: readonly string[], env: Record<string, string> = {}): ChildProcess & { errors: () => string } {
  const child = spawn(process.execPath, ['probe/main.ts', ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  let errors = ''
  child.stderr!.setEncoding('utf8').on('data', (chunk: string) => {
    errors += chunk
  })
  return Object.assign(child, { errors: () => errors })
}

async function ready(
  child: ChildProcess,
): Promise<{ controlPort: number; healthPort: number; listeners: { tcp: number[] } }> {
  for await (const line of createInterface({ input: child.stdout! })) return JSON.parse(line)
  throw new Error('ended before it was ready')
}

const anywhere = ['--control-port', '0', '--health-port', '0']

test('SIGTERM lets checks in flight end, refuses new connections, and the process exits with 0', async () => {
  const child = run([...anywhere, '--allow-targets', 'loopback', '--stop-ms', '60000'])
  const { controlPort, healthPort } = await ready(child)
  const url = `http://127.0.0.1:${controlPort}`
  const waiting = Promise.withResolvers<Socket>()
  const { port } = await openTarget((socket) => waiting.resolve(socket))
  const exited = once(child, 'exit')
  const response = post(
    url,
    JSON.stringify({ checks: [{ kind: 'http', url: `http://127.0.0.1:${port}/`, deadlineMs: 60_000 }] }),
  )
  const socket = await waiting.promise
  child.kill('SIGTERM')
  while ((await fetch(`http://127.0.0.1:${healthPort}/readyz`)).status !== 503);
  await expect(fetch(`${url}/openapi.json`)).rejects.toThrow()
  socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')
  expect(JSON.parse(await (await response).text())).toMatchObject({ outcome: { reason: 'answered' } })
  expect(await exited).toEqual([0, null])
  expect(child.errors()).toBe('')
})

test('checks that outlive the time to stop are ended with the process', async () => {
  const child = run([...anywhere, '--allow-targets', 'loopback', '--stop-ms', '50'])
  const { controlPort } = await ready(child)
  const waiting = Promise.withResolvers<Socket>()
  const { port } = await openTarget((socket) => waiting.resolve(socket))
  const exited = once(child, 'exit')
  const checks = [{ kind: 'http', url: `http://127.0.0.1:${port}/`, deadlineMs: 60_000 }]
  const response = post(`http://127.0.0.1:${controlPort}`, JSON.stringify({ checks }))
  await waiting.promise
  child.kill('SIGTERM')
  await expect(response.then((each) => each.text())).rejects.toThrow()
  expect(await exited).toEqual([0, null])
})

test('wrong usage ends with 2 and one sentence per mistake', async () => {
  const child = run(['--batches', 'many', '--connections', '0'])
  expect(await once(child, 'close')).toEqual([2, null])
  expect(child.errors().trimEnd().split('\n')).toEqual([
    'crosscheck-probe: --batches: a whole number',
    expect.stringContaining('crosscheck-probe: --connections: '),
  ])
})

test('a port that is taken ends with 4 and says which', async () => {
  const { port } = await openTarget()
  const child = run(['listen', ...anywhere, '--tcp', `${port}`])
  expect(await once(child, 'close')).toEqual([4, null])
  expect(child.errors()).toMatch(new RegExp(`EADDRINUSE.*${port}`))
})

test('options come from the environment too', async () => {
  const child = run([], {
    CROSSCHECK_CONTROL_PORT: '0',
    CROSSCHECK_HEALTH_PORT: '0',
    CROSSCHECK_TOKEN_SHA256: 'a'.repeat(64),
  })
  const { controlPort } = await ready(child)
  expect((await fetch(`http://127.0.0.1:${controlPort}/openapi.json`)).status).toBe(401)
})

test('who has the token ends the probe, and nobody else does', async () => {
  const hash = createHash('sha256').update('s3cret').digest('hex')
  const child = run([...anywhere, '--token-sha256', hash])
  const { controlPort } = await ready(child)
  const exited = once(child, 'exit')
  const stop = (token: string) =>
    fetch(`http://127.0.0.1:${controlPort}/v1/stop`, { method: 'POST', headers: { authorization: `Bearer ${token}` } })
  expect((await stop('guess')).status).toBe(401)
  expect(child.exitCode).toBeNull()
  expect((await stop('s3cret')).status).toBe(200)
  expect(await exited).toEqual([0, null])
})

test('without a token the probe cannot be told to end', async () => {
  const { controlPort } = await ready(run(anywhere))
  expect((await fetch(`http://127.0.0.1:${controlPort}/v1/stop`, { method: 'POST' })).status).toBe(404)
})

test('a probe that nobody asks ends by itself when it was told to', async () => {
  const child = run([...anywhere, '--idle-ms', '1000'])
  const exited = once(child, 'exit')
  const { controlPort } = await ready(child)
  await fetch(`http://127.0.0.1:${controlPort}/openapi.json`)
  expect(await exited).toEqual([0, null])
})
