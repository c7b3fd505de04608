import { CommanderError } from 'commander'
import type { Problem } from '../../policy/types.ts'
import { exitCodes } from '../result/path-result.ts'
import { Interruption, type Io } from './io.ts'
import { printProblems } from './problems.ts'

/** Prints an error on stderr and returns its exit code (docs/reference/cli.md#exit-codes). The only place that does so. */
export function exitCodeOf(error: unknown, io: Io): number {
  // Commander has already printed it. Help and version are not errors.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.pass : exitCodes.usage
  if (io.signal.aborted) return interrupted(io)
  if (hasProblems(error)) {
    printProblems(error.problems, io)
    return exitCodes.usage
  }
  io.stderr.write(`crosscheck: ${sentence(error)}\n`)
  if ((io.environment.CROSSCHECK_DEBUG ?? '') !== '' && error instanceof Error)
    io.stderr.write(`${error.stack ?? ''}\n`)
  return exitCodes.broken
}

function interrupted({ signal, stderr }: Io): number {
  const { reason } = signal as { readonly reason: unknown }
  if (!(reason instanceof Interruption)) return exitCodes.broken
  stderr.write(`crosscheck: ${reason.message}\n`)
  return reason.exitCode
}

/** Whether an error carries problems, as when a fabric rejects objects. */
function hasProblems(error: unknown): error is { readonly problems: readonly Problem[] } {
  return error instanceof Error && 'problems' in error && Array.isArray(error.problems)
}

/** The message of an error, with those of its causes. */
function sentence(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  const message = error.message === '' ? error.name : error.message
  if (cause === undefined || message.includes(sentence(cause))) return message
  return `${message}: ${sentence(cause)}`
}
