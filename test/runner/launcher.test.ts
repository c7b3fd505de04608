import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { crosscheck, ended } from './cli/crosscheck.ts'
import { folderWith } from './cli/folder.ts'

const olderNode = `data:text/javascript,Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.9.0' } })`

/** The launcher as it is under a Node that cannot run the source: it starts another. */
function startByOlderNode(args: readonly string[], stdin: Socket | 'pipe' = 'pipe') {
  const child = spawn(process.execPath, ['--import', olderNode, 'bin/crosscheck.js', ...args], {
    env: { ...process.env, NO_COLOR: '' },
    stdio: [stdin, 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

/** Both ends of a connection, of which the second is for a child to read: unlike a pipe of its own it stays open when the child has ended. */
async function connection(): Promise<readonly [Socket, Socket]> {
  const path = `${await folderWith({})}/socket`
  const server = createServer({ pauseOnConnect: true }).listen(path)
  await once(server, 'listening')
  const near = connect(path)
  const [far] = (await once(server, 'connection')) as [Socket]
  onTestFinished(() => {
    for (const each of [near, far]) each.destroy()
    server.close()
  })
  return [near, far]
}

test('a launcher that is killed takes with it the process that it started', async () => {
  const [input, stdin] = await connection()
  const child = startByOlderNode(['matrix', '--lab', '-f', '-'], stdin)
  // Its output is closed when the process that the launcher started has ended, too.
  const end = ended(child as Parameters<typeof ended>[0])
  // More than a socket holds: it is through only when the command reads.
  await new Promise((resolve) => input.write('# \n'.repeat(1_000_000), resolve))
  child.kill('SIGKILL')
  const stderr = 'crosscheck: interrupted by the end of its launcher\n'
  expect(await end).toEqual({ code: null, stdout: '', stderr })
})

test('a launcher passes on output and exit code of the process that it started', async () => {
  const child = startByOlderNode(['matrix', '--lab'])
  expect(await ended(child as Parameters<typeof ended>[0])).toEqual(await crosscheck(['matrix', '--lab']))
  expect(child.exitCode).toBe(2)
})
