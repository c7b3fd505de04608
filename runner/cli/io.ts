import type { Readable } from 'node:stream'
import type { Host } from '../../lab/launch.ts'

/** An output stream. A terminal has a width. */
export interface TextOutput {
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

/** The process environment of the commands. */
export interface Io {
  /** Without the name of the program. */
  readonly argv: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly platform: string
  /** The path of the Node executable that runs this program. */
  readonly node: string
  readonly stdin: Readable
  /** For data. */
  readonly stdout: TextOutput
  /** For progress and messages. */
  readonly stderr: TextOutput
  /** Keeps lines until the command ends, then prints each once on stderr. */
  readonly note?: (lines: string) => void
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Aborted with an `Interruption` on the first Ctrl-C. The command then reports its partial results and cleans up. */
  readonly signal: AbortSignal
}

/** The user or the system interrupted the command: Ctrl-C or another signal. */
export class Interruption extends Error {
  override readonly name = 'Interruption'
  /** 128 plus the signal number, as in shells. */
  readonly exitCode: number

  constructor(signal: string, exitCode: number) {
    super(`interrupted by ${signal}`)
    this.exitCode = exitCode
  }
}

/** Whether to use colours: only on a terminal, and unless https://no-color.org or --no-color disables them. */
export function wantsColour(stream: TextOutput, { argv, environment }: Pick<Io, 'argv' | 'environment'>): boolean {
  if (argv.includes('--no-color') || (environment.NO_COLOR ?? '') !== '') return false
  return stream.isTTY === true && environment.TERM !== 'dumb'
}

/** Returns what the lab needs to know about this process. */
export function hostOf({ platform, environment, node }: Io): Host {
  return { platform, environment, node }
}
