import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'

/** The lab cannot run on this machine. The message is one sentence that includes the fix. Exit code 4. */
export class LabUnavailable extends Error {
  override readonly name = 'LabUnavailable'
}

/** What the lab needs to know of the process that starts it. */
export interface Host {
  readonly platform: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The Node executable that runs the worker. */
  readonly node: string
}

const needed = { nft: 'nftables', unshare: 'util-linux' } as const
const systemFolders = ['/usr/sbin', '/sbin', '/usr/local/sbin']

/** The worker's entry: a `.ts` file in a checkout, a `.js` file next to this one in a bundle. */
const entry = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './worker/main.ts' : './lab-worker.js', import.meta.url),
)

const isolation = ['-nm', '--pid', '--fork', '--mount-proc', '--kill-child=KILL']

interface Way {
  readonly command: string
  readonly args: readonly string[]
}

/**
 * A small young generation, and an old generation that grows in small steps. They cost little time and save 90 MB over
 * V8's defaults with 10,000 connections in flight.
 */
const nodeOptions = ['--no-warnings', '--max-semi-space-size=2', '--heap-growing-percent=40']

/** Commands that create namespaces, the one with the fewest privileges first. */
const ways: readonly Way[] = [
  { command: 'unshare', args: ['-Ur', ...isolation] },
  { command: 'unshare', args: isolation },
  { command: 'sudo', args: ['-n', '--', 'unshare', ...isolation] },
]

/** Throws `LabUnavailable` if something is missing that can be detected before the worker starts. */
export function preflight(host: Host, folders = systemFolders): void {
  if (host.platform !== 'linux')
    throw new LabUnavailable(
      `the lab needs Linux: run the container image, as in "docker run --rm --privileged -v .:/work crosscheck-runner run --lab"`,
    )
  const path = searchPath(host, folders).split(delimiter)
  const missing = Object.entries(needed).filter(([name]) => !path.some((folder) => existsSync(join(folder, name))))
  if (missing.length > 0)
    throw new LabUnavailable(
      `the lab needs ${missing.map(([name]) => name).join(' and ')}: apt-get install -y ${missing.map(([, name]) => name).join(' ')}`,
    )
}

/** Adds the folders of system programs, which are often not in a user's PATH. */
const searchPath = ({ environment }: Host, folders = systemFolders): string =>
  [...(environment.PATH ?? '').split(delimiter), ...folders].filter(Boolean).join(delimiter)

/** The worker process. It accepts requests on its standard input. */
export interface Worker {
  readonly process: ChildProcessByStdio<Writable, Readable, Readable>
  /** The end of its standard error. */
  complaint(): string
}

/**
 * Starts the worker, which exits when its standard input closes. Rejects with `LabUnavailable` if namespaces cannot be
 * created.
 */
export async function launch(host: Host, signal: AbortSignal): Promise<Worker> {
  preflight(host)
  const refusals: string[] = []
  for (const way of ways) {
    signal.throwIfAborted()
    const started = await start(way, host)
    if (typeof started !== 'string') return started
    if (!/^(unshare|sudo):|ENOENT/m.test(started)) throw new Error(`the lab's worker ended at its start: ${started}`)
    refusals.push(started)
  }
  throw new LabUnavailable(`${whyRefused()} (${refusals[0] ?? ''})`)
}

/**
 * Resolves with the worker after its first line, or with its error output. The worker has its own session, so that only
 * the runner receives Ctrl-C.
 */
function start({ command, args }: Way, host: Host): Promise<Worker | string> {
  // One malloc arena saves 8 MB over one per thread, and only the main thread allocates much.
  const env = { ...host.environment, PATH: searchPath(host), MALLOC_ARENA_MAX: '1' }
  const child = spawn(command, [...args, host.node, ...nodeOptions, entry], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    env,
  })
  let complaint = ''
  child.stdin.on('error', () => undefined)
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-4096)
  })
  return new Promise((resolve) => {
    child.stdout.once('readable', () => {
      if (child.stdout.readableLength > 0) resolve({ process: child, complaint: () => complaint.trim() })
    })
    child.once('error', (error) => resolve(error.message))
    child.once('close', () => resolve(complaint.trim() || 'no message'))
  })
}

/** Sysctls that refuse user namespaces, and the command that changes each. */
const switches = [
  {
    file: '/proc/sys/kernel/apparmor_restrict_unprivileged_userns',
    refusing: '1',
    line: 'kernel.apparmor_restrict_unprivileged_userns=0',
  },
  { file: '/proc/sys/kernel/unprivileged_userns_clone', refusing: '0', line: 'kernel.unprivileged_userns_clone=1' },
  { file: '/proc/sys/user/max_user_namespaces', refusing: '0', line: 'user.max_user_namespaces=15000' },
]

function whyRefused(): string {
  const found = switches.find(
    ({ file, refusing }) => existsSync(file) && readFileSync(file, 'utf8').trim() === refusing,
  )
  if (found !== undefined)
    return `this kernel refuses user namespaces: run it with sudo, or allow them with "sudo sysctl -w ${found.line}"`
  return 'namespaces are refused here, as in a container without privileges: run it with sudo, or start the container with --privileged'
}
