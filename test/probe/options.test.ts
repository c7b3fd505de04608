import { expect, test } from 'vitest'
import { type ProbeOptions, readOptions, usage } from '../../probe/options.ts'

const read = (args: string[], env: Record<string, string> = {}) => readOptions(args, env) as ProbeOptions

test('without flags everything has its default, and no target class is allowed', () => {
  expect(read([])).toMatchObject({
    command: 'serve',
    allowTargets: [],
    checksPerBatch: 10_000,
    maxDeadlineMs: 60_000,
    tcp: [],
  })
  expect(read([]).tokenSha256).toBeUndefined()
})

test('flags win over environment variables', () => {
  const env = {
    CROSSCHECK_CONTROL_PORT: '1000',
    CROSSCHECK_HEALTH_PORT: '2000',
    CROSSCHECK_TOKEN_SHA256: 'a'.repeat(64),
  }
  expect(read(['--control-port', '3000'], env)).toMatchObject({
    controlPort: 3000,
    healthPort: 2000,
    tokenSha256: 'a'.repeat(64),
  })
})

test('listen takes lists of ports', () => {
  expect(read(['listen', '--tcp', '5432,6379', '--udp', '53', '--http', '4000', '--status', '503'])).toMatchObject({
    command: 'listen',
    tcp: [5432, 6379],
    udp: [53],
    http: [4000],
    status: 503,
  })
})

test('the API server is taken from the environment of the pod', () => {
  expect(read([], { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '6443' }).apiserver).toEqual({
    address: '10.96.0.1',
    port: 6443,
  })
  expect(read([]).apiserver).toBeUndefined()
})

test.each([
  [['--control-port', '70000'], '--control-port'],
  [['--control-port', ''], '--control-port: a whole number'],
  [['--control-port', '1e3'], '--control-port: a whole number'],
  [['--token-sha256', 'secret'], '--token-sha256: 64 lower-case hexadecimal digits'],
  [['--allow-targets', 'loopback,everything'], '--allow-targets'],
  [['--max-deadline-ms', '600000'], '--max-deadline-ms'],
  [['--unknown', '1'], 'Unknown option'],
  [['dance'], 'unknown command "dance"'],
  [['listen'], 'name at least one port'],
  [['--tcp', '80'], 'belong to the command listen'],
])('%j is refused with a sentence', (args, sentence) => {
  expect(readOptions(args, {})).toEqual({ problems: [expect.stringContaining(sentence)] })
})

test('every mistake is told at once', () => {
  const { problems } = readOptions(['--batches', '0', '--tcp', 'x'], {}) as { problems: string[] }
  expect(problems).toHaveLength(2)
})

test('the usage names every flag with its meaning', () => {
  const lines = usage()
    .split('\n')
    .filter((line) => line.startsWith('  --'))
  expect(lines.length).toBeGreaterThan(20)
  for (const line of lines) expect(line).toMatch(/^ {2}--[a-z0-9-]+ +\S/)
  expect(usage()).toContain('--token-sha256')
})
