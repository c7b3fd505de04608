import { tmpdir } from 'node:os'
import { Interruption, type Io } from './cli/io.ts'
import { keepCompiled } from './compile-cache.ts'

/** Signals that end a run early, with the exit code that shells use for each. */
const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

const interruption = new AbortController()
for (const [name, exitCode] of Object.entries(signals)) {
  process.on(name, () => {
    if (interruption.signal.aborted) process.exit(exitCode)
    if (name === 'SIGINT') process.stderr.write('\ncrosscheck: stopping; Ctrl-C again ends at once\n')
    interruption.abort(new Interruption(name, exitCode))
  })
}

// bin/crosscheck.js may have been killed by a signal that it could not forward.
const launcher = process.env['CROSSCHECK_LAUNCHER_FD']
if (launcher !== undefined) {
  delete process.env['CROSSCHECK_LAUNCHER_FD']
  const { whenClosed } = await import('./launcher.ts')
  whenClosed(Number(launcher), () => interruption.abort(new Interruption('the end of its launcher', signals.SIGHUP)))
}

// The reader of a pipe may exit, or the terminal may close. The output is lost then, but the verdict stays.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error
  })
}

// Node would exit with 1, which means that a path failed.
process.on('uncaughtException', (error) => {
  process.stderr.write(`crosscheck: ${String(error?.stack ?? error)}\n`)
  process.exit(4)
})

const io: Io = {
  argv: process.argv.slice(2),
  environment: process.env,
  cwd: process.cwd(),
  platform: process.platform,
  node: process.execPath,
  // Opening stdin takes time, and most commands never read it.
  get stdin() {
    return process.stdin
  },
  stdout: process.stdout,
  stderr: process.stderr,
  now: Date.now,
  signal: interruption.signal,
}

keepCompiled({ environment: process.env, temporaryFolder: tmpdir(), user: process.getuid?.() })
// Only modules imported after this point are cached.
void import('./program.ts')
  .then(({ runCommandLine }) => runCommandLine(io))
  .then((exitCode) => {
    process.exitCode = exitCode
  })
