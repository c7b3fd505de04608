import type { Command as Definition } from 'commander'
import type { Io } from './io.ts'

/**
 * One command of the command line. It is imported for `--help` too: whatever takes time to load is imported inside `run`.
 * `run` resolves with the exit code; it prints mistakes of the user itself (`tellProblems`) and throws what else goes wrong.
 */
export interface Command {
  readonly name: string
  /** One line for `crosscheck --help`. */
  readonly summary: string
  /** Adds arguments, options and examples. */
  define(definition: Definition): void
  run(invocation: Invocation, io: Io): Promise<number>
}

export interface Invocation {
  /** Arguments in the order of their definition; a variadic one is a list. */
  readonly args: readonly unknown[]
  /** Options by their name in camel case. */
  readonly options: Readonly<Record<string, unknown>>
}

/** For options that may be given several times. */
export function repeatable(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}
