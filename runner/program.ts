import { Command as Definition } from 'commander'
import type { Command } from './cli/command.ts'
import { commands } from './cli/commands/commands.ts'
import { exitCodeOf } from './cli/failure.ts'
import type { Io } from './cli/io.ts'
import { version } from './cli/version.ts'

const exitCodesHelp = `
Exit codes: 0 all passed, 1 something failed, 2 wrong usage or invalid input, 3 nothing failed but something is not known,
4 the run itself broke, 130 interrupted by Ctrl-C.`

/** Runs the command in the arguments. Always resolves, with the exit code. */
export async function runCommandLine(io: Io): Promise<number> {
  let exitCode = 0
  const program = describe(new Definition('crosscheck'), io)
    .description(
      'Shows, with evidence, which network paths between the namespaces of a Kubernetes cluster work and which are blocked.',
    )
    .version(version, '-V, --version', 'print the version')
    .helpCommand(false)
    .addHelpText('after', exitCodesHelp)
  for (const command of commands) {
    program.addCommand(
      define(command, io, (code) => {
        exitCode = code
      }),
    )
  }
  try {
    await program.parseAsync(io.argv.length === 0 ? ['--help'] : [...io.argv], { from: 'user' })
    io.signal.throwIfAborted()
    return exitCode
  } catch (error) {
    return exitCodeOf(error, io)
  }
}

function define(command: Command, io: Io, done: (exitCode: number) => void): Definition {
  const definition = describe(new Definition(command.name), io).description(command.summary)
  command.define(definition)
  const count = definition.registeredArguments.length
  return definition.action(async (...given: unknown[]) => {
    const notes = new Set<string>()
    const invocation = { args: given.slice(0, count), options: definition.opts() }
    try {
      done(await command.run(invocation, { ...io, note: (lines) => void notes.add(lines) }))
    } finally {
      for (const lines of notes) io.stderr.write(lines)
    }
  })
}

/** Options and behavior common to the program and all commands. */
function describe(definition: Definition, { stdout, stderr }: Io): Definition {
  return definition
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error:/, 'crosscheck: error:')),
      getOutHelpWidth: () => Math.min(stdout.columns ?? 100, 120),
    })
    .showSuggestionAfterError()
    .helpOption('-h, --help', 'print this help')
    .option('--no-color', 'no colours (also by the variable NO_COLOR)')
}
