// Runs inside a network namespace of its own: reads checks as JSON from the first argument, writes their outcomes as JSON.
import { once } from 'node:events'
import { createServer } from 'node:net'
import { checkSchema } from '../../checks/check.ts'
import { runCheck } from '../../checks/run.ts'
import { loopback } from './loopback.ts'

const checks = (JSON.parse(process.argv[2] ?? '[]') as unknown[]).map((input) => checkSchema.parse(input))
const listener = createServer().listen(80, '::')
await once(listener, 'listening')
const signal = new AbortController().signal
const observations = await Promise.all(checks.map((check) => runCheck(check, loopback(), { signal })))
process.stdout.write(JSON.stringify(observations.map(({ id, outcome }) => ({ id, ...outcome }))))
listener.close()
