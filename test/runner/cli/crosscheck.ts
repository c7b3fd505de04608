import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'

export interface Surroundings {
  readonly input?: string
  readonly environment?: Readonly<Record<string, string>>
  readonly cwd?: string
}

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

const entry = new URL('../../../bin/crosscheck.js', import.meta.url).pathname

/** The command line as a process of its own, without a terminal. */
export function start(
  args: readonly string[],
  { environment = {}, cwd }: Surroundings = {},
): ChildProcessWithoutNullStreams {
  const env = { ...process.env, NO_COLOR: '', ...environment }
  const child = spawn(process.execPath, [entry, ...args], { env, ...(cwd !== undefined && { cwd }) })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

/** Runs it to its end. */
export async function crosscheck(args: readonly string[], surroundings: Surroundings = {}): Promise<Ended> {
  const child = start(args, surroundings)
  child.stdin.on('error', () => undefined).end(surroundings.input ?? '')
  return ended(child)
}

export async function ended(child: ChildProcessWithoutNullStreams): Promise<Ended> {
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { code: code as number | null, stdout, stderr }
}
