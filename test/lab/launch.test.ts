import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { chmod, mkdtemp, rm, rmdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { LabUnavailable, preflight } from '../../lab/launch.ts'
import { hostWith } from './opening.ts'

const program = fileURLToPath(new URL('hold.ts', import.meta.url))
const checkout = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

/** The first line of `hold.ts` run behind this command. */
async function heldBehind(command: readonly string[], root = checkout): Promise<string> {
  const files = [process.execPath, program].map((file) => file.replace(checkout, root))
  const [first, ...rest] = [...command, ...files, randomUUID()]
  const child = spawn(first!, rest, { stdio: ['ignore', 'pipe', 'inherit'] })
  const output = await Promise.race([once(child.stdout, 'data'), once(child.stdout, 'end')])
  child.kill('SIGKILL')
  return String(output).trim()
}

const isRoot = process.getuid?.() === 0
const withoutCapabilities = ['setpriv', '--bounding-set=-all', '--inh-caps=-all']
/** The checkout at another place: its own may be closed to everybody but its owner, as below /root. */
const mountedAt = (place: string) => [
  'unshare',
  '-m',
  'sh',
  '-c',
  'mount --bind "$0" "$1" && shift && exec "$@"',
  checkout,
  place,
]
/** Root in a user namespace that lets nobody make another, as on a kernel that refuses them. */
const withoutUserNamespaces = [
  'unshare',
  '-Ur',
  'sh',
  '-c',
  'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"',
  'sh',
]

describe('the launch of a lab', () => {
  it('says on other systems than Linux how to get one', () => {
    const host = { ...hostWith('test'), platform: 'darwin' }
    expect(() => preflight(host)).toThrow(LabUnavailable)
    expect(() => preflight(host)).toThrow(/^the lab needs Linux: run the container image/)
  })

  it('names the packages of the programs that are missing', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'crosscheck-'))
    const host = { ...hostWith('test'), environment: { PATH: empty } }
    expect(() => preflight(host, [])).toThrow('the lab needs nft and unshare: apt-get install -y nftables util-linux')
    await rm(empty, { recursive: true })
  })

  it.skipIf(!isRoot)('needs no capability and no user of its own (needs root to become nobody)', async () => {
    const open = await mkdtemp(join(tmpdir(), 'crosscheck-'))
    await chmod(open, 0o755)
    const nobody = [...mountedAt(open), ...withoutCapabilities, '--reuid=65534', '--regid=65534', '--clear-groups']
    expect(await heldBehind(nobody, open)).toBe('up')
    await rmdir(open)
  })

  it('does without user namespaces where it has the rights', async () => {
    expect(await heldBehind(withoutUserNamespaces)).toBe('up')
  })

  it('says in one sentence what helps where namespaces are refused', async () => {
    expect(await heldBehind([...withoutUserNamespaces, ...withoutCapabilities])).toMatch(
      /^LabUnavailable: this kernel refuses user namespaces: run it with sudo, or allow them with "sudo sysctl -w user.max_user_namespaces=15000"/,
    )
  })
})
