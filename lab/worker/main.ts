import { readMessages, writeMessage } from '../lines.ts'
import type { Asked } from '../protocol.ts'
import { openSession } from './session.ts'

/** The lab's worker: pid 1 of its pid namespace, so that everything goes with it. It ends when its standard input does. */
process.stdin.once('close', () => process.exit(0))
process.stdout.on('error', () => process.exit(0))

const session = openSession(
  (message) => writeMessage(process.stdout, message),
  (error) => {
    process.stderr.write(`${String(error)}\n`)
    process.exit(1)
  },
)
await writeMessage(process.stdout, { hello: process.versions.node })
for await (const message of readMessages<Asked>(process.stdin)) session.take(message)
process.exit(0)
