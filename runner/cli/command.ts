import type { Command as Definition } from 'commander'
import type { Io } from './io.ts'

/**
 * A command of the command line. `--help` imports it too, so import slow modules inside `run`. `run` resolves with the exit code. It prints
 * user errors itself (`tellProblems`) and throws other errors.
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
  /** Arguments in the order of their definition. A variadic argument is a list. */
  readonly args: readonly unknown[]
  /** Options by their name in camel case. */
  readonly options: Readonly<Record<string, unknown>>
}

/** Collects an option that can be given several times. */
export function repeatable(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}
