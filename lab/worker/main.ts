import { Socket } from 'node:net'
import { createOutbox, readMessages } from '../lines.ts'
import type { WorkerRequest } from '../protocol.ts'
import { openSession } from './session.ts'

/**
 * The lab's worker. It is PID 1 of its PID namespace, so its exit ends all processes in it. It exits when its standard
 * input closes.
 */
process.stdin.once('close', () => process.exit(0))
// process.stdout would block the event loop until the runner reads.
const output = new Socket({ fd: 1, readable: false })
output.on('error', () => process.exit(0))

const outbox = createOutbox(output)
const session = openSession(
  (message) => outbox.send(message),
  (error) => {
    process.stderr.write(`${String(error)}\n`)
    process.exit(1)
  },
)
await outbox.send({ hello: process.versions.node })
for await (const message of readMessages<WorkerRequest>(process.stdin)) session.take(message)
process.exit(0)
