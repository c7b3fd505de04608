import type { Readable } from 'node:stream'
import type { Host } from '../../lab/launch.ts'

/** A stream that text is written to; a terminal has a width. */
export interface TextOutput {
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

/** Everything that commands know of the process they run in. */
export interface Io {
  /** Without the program's own name. */
  readonly argv: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly platform: string
  /** The Node that runs this program. */
  readonly node: string
  readonly stdin: Readable
  /** Data. */
  readonly stdout: TextOutput
  /** Progress and messages. */
  readonly stderr: TextOutput
  /** Keeps lines for the end of the command: they then go to standard error, each once. */
  readonly note?: (lines: string) => void
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Aborted, with an `Interruption`, by the first Ctrl-C: a command then reports what it has and cleans up. */
  readonly signal: AbortSignal
}

/** Somebody asked for the end: Ctrl-C, or a signal of the system. */
export class Interruption extends Error {
  override readonly name = 'Interruption'
  /** 128 and the signal's number, as shells have it. */
  readonly exitCode: number

  constructor(signal: string, exitCode: number) {
    super(`interrupted by ${signal}`)
    this.exitCode = exitCode
  }
}

/** Colours on a terminal only, and not where https://no-color.org or --no-color asks for none. */
export function wantsColour(stream: TextOutput, { argv, environment }: Pick<Io, 'argv' | 'environment'>): boolean {
  if (argv.includes('--no-color') || (environment.NO_COLOR ?? '') !== '') return false
  return stream.isTTY === true && environment.TERM !== 'dumb'
}

/** What the lab needs to know of this process. */
export function hostOf({ platform, environment, node }: Io): Host {
  return { platform, environment, node }
}
