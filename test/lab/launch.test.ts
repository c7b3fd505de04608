import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { LabUnavailable, preflight } from '../../lab/launch.ts'
import { hostWith } from './opening.ts'

const program = fileURLToPath(new URL('hold.ts', import.meta.url))

/** The first line of `hold.ts` run behind this command. */
async function heldBehind(command: readonly string[]): Promise<string> {
  const [first, ...rest] = [...command, process.execPath, program, randomUUID()]
  const child = spawn(first!, rest, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  child.kill('SIGKILL')
  return line.toString().trim()
}

const isRoot = process.getuid?.() === 0
const withoutCapabilities = ['setpriv', '--bounding-set=-all', '--inh-caps=-all']
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
    expect(await heldBehind([...withoutCapabilities, '--reuid=65534', '--regid=65534', '--clear-groups'])).toBe('up')
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
