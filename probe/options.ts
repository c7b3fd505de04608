import { parseArgs } from 'node:util'
import * as z from 'zod'
import { bounds as checkBounds } from '../checks/check.ts'
import { type Environment, usualControlPort } from './control-port.ts'
import { allowable } from './targets.ts'

const integer = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,10}$/, 'a whole number')
    .transform(Number)
    .pipe(z.int().min(min).max(max))

const list = <T extends z.ZodType<unknown, string>>(item: T) =>
  z
    .string()
    .transform((text) => text.split(',').filter((each) => each !== ''))
    .pipe(z.array(item))

const port = integer(0, 65_535)
const KiB = 1024

/**
 * All options, with every limit of the service. Flags are these names in kebab-case; environment variables have the
 * prefix CROSSCHECK_ and upper case.
 */
const schema = z.strictObject({
  controlPort: port.default(usualControlPort).describe('port on 127.0.0.1 that takes checks'),
  healthPort: port.default(28_172).describe('port of /healthz, /readyz and /metrics'),
  healthAddress: z.union([z.ipv4(), z.ipv6()]).default('::').describe('address that the health port is bound to'),
  tokenSha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, '64 lower-case hexadecimal digits')
    .optional()
    .describe('SHA-256 of the bearer token that every control request must bring; none is asked for when absent'),
  allowTargets: list(z.enum(allowable))
    .default([])
    .describe(`targets to permit, of ${allowable.join(', ')}`),

  bodyBytes: integer(1, 64 * KiB * KiB)
    .default(KiB * KiB)
    .describe('size of a request body'),
  checksPerBatch: integer(1, 1_000_000).default(10_000).describe('checks in one POST /v1/checks'),
  batches: integer(1, 1_000).default(4).describe('batches at once; further ones are answered 503'),
  concurrency: integer(1, 65_536).default(1_000).describe('checks in flight per batch'),
  httpConcurrency: integer(1, 65_536)
    .default(32)
    .describe('HTTP checks in flight per batch: each may bring a body of 64 KiB'),
  maxDeadlineMs: integer(checkBounds.deadlineMs.min, checkBounds.deadlineMs.max)
    .default(checkBounds.deadlineMs.max)
    .describe('longer deadlines of checks are cut to this'),
  answerBytes: integer(KiB, 64 * KiB * KiB)
    .default(256 * KiB)
    .describe('observations that wait for a slow reader before checks pause'),
  headerBytes: integer(KiB, 64 * KiB)
    .default(8 * KiB)
    .describe('size of all headers of a request'),
  connections: integer(1, 10_000).default(32).describe('control connections at once; further ones are closed'),
  headersTimeoutMs: integer(100, 600_000).default(5_000).describe('time for the headers of a request to arrive'),
  requestTimeoutMs: integer(100, 600_000).default(15_000).describe('time for a whole request to arrive'),
  idleMs: integer(1_000, 86_400_000)
    .optional()
    .describe('the probe ends itself after this time without a control request; never when absent'),
  stopMs: integer(0, 600_000).default(5_000).describe('time that checks in flight have after SIGTERM'),

  tcp: list(port).default([]).describe('listen: TCP ports'),
  http: list(port).default([]).describe('listen: more TCP ports (each answers TCP, TLS and HTTP alike)'),
  udp: list(port).default([]).describe('listen: UDP ports'),
  name: z.string().max(200).optional().describe('listen: who the listener says it is; the host’s name when absent'),
  status: integer(200, 599).optional().describe('listen: status of every HTTP answer; 200 when absent'),
  listenerConnections: integer(1, 100_000).default(10_000).describe('listen: connections at once'),
  listenerIdleMs: integer(100, 3_600_000).default(60_000).describe('listen: a silent connection is closed after this'),
  nonces: integer(1, 1_000_000).default(10_000).describe('listen: nonces remembered'),
})

export type ProbeOptions = z.output<typeof schema> & {
  readonly command: 'serve' | 'listen'
  /** The API server's address in the pod's environment. */
  readonly apiserver?: { readonly address: string; readonly port: number }
}

/**
 * Options from the command line and the environment; the command line wins. Returns all mistakes, one sentence each.
 */
export function readOptions(
  args: readonly string[],
  env: Environment,
): ProbeOptions | { readonly problems: readonly string[] } {
  const words = readWords(args)
  if ('problems' in words) return words
  const given = Object.fromEntries(
    Object.keys(schema.shape).flatMap((key) => {
      const value = words.flags[key] ?? env[variable(key)]
      return value === undefined ? [] : [[key, value]]
    }),
  )
  const parsed = schema.safeParse(given)
  if (!parsed.success) {
    return { problems: parsed.error.issues.map((issue) => `--${kebab(String(issue.path[0]))}: ${issue.message}`) }
  }
  const options = parsed.data
  const ports = options.tcp.length + options.http.length + options.udp.length
  if (words.command === 'listen' && ports === 0)
    return { problems: ['listen: name at least one port by --tcp, --http or --udp'] }
  if (words.command === 'serve' && ports > 0)
    return { problems: ['--tcp, --http and --udp belong to the command listen'] }
  const address = env.KUBERNETES_SERVICE_HOST
  const apiserver = address && { apiserver: { address, port: Number(env.KUBERNETES_SERVICE_PORT ?? 443) } }
  return { ...options, command: words.command, ...apiserver }
}

/** The output of `--help`. */
export function usage(): string {
  const lines = Object.entries(schema.shape).map(([key, type]) => {
    const preset = String(type.safeParse(undefined).data ?? '')
    return `  --${kebab(key).padEnd(22)} ${type.description ?? ''}${preset === '' ? '' : ` [${preset}]`}`
  })
  const head = 'Usage: crosscheck-probe [serve | listen --tcp 5432 --udp 53 --http 4000] [options]'
  return [
    head,
    '',
    ...lines,
    '',
    'Each option is also an environment variable: --control-port is CROSSCHECK_CONTROL_PORT.',
    '',
  ].join('\n')
}

type Words =
  | { readonly command: 'serve' | 'listen'; readonly flags: Readonly<Record<string, string | undefined>> }
  | { readonly problems: readonly string[] }

function readWords(args: readonly string[]): Words {
  const names = Object.keys(schema.shape)
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: Object.fromEntries(names.map((key) => [kebab(key), { type: 'string' as const }])),
    })
    const [command = 'serve', ...rest] = positionals
    if ((command !== 'serve' && command !== 'listen') || rest.length > 0) {
      return { problems: [`unknown command "${positionals.join(' ')}"; there are serve and listen`] }
    }
    return { command, flags: Object.fromEntries(names.map((key) => [key, values[kebab(key)]])) }
  } catch (error) {
    return { problems: [(error as Error).message] }
  }
}

const kebab = (key: string): string => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
const variable = (key: string): string => `CROSSCHECK_${kebab(key).replaceAll('-', '_').toUpperCase()}`
