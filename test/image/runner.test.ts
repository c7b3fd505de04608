import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { GenericContainer, getContainerRuntimeClient, type WaitStrategy } from 'testcontainers'
import { describe, expect, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { absent, hardened, images } from './containers.ts'

const why = absent(images.runner)
const folder = process.cwd()

describe.skipIf(why !== undefined)(`the command line's image${why === undefined ? '' : `: ${why}`}`, () => {
  it('is the command line of this checkout', async () => {
    expect(await ended(hardened(images.runner).withCommand(['--version']))).toEqual({
      code: 0,
      output: `${manifest.version}\n`,
    })
  })

  it('lays the lab of the scenarios in the folder that it is given', async () => {
    const container = new GenericContainer(images.runner)
      .withBindMounts([{ source: folder, target: '/work', mode: 'ro' }])
      .withCommand(['run', '--lab', 'scenarios/nova-after'])
    // Where Docker itself lacks rights it cannot hand on all of them; the two are those that the lab needs.
    const { code, output } = await ended(
      privileged()
        ? container.withPrivilegedMode()
        : container.withAddedCapabilities('SYS_ADMIN', 'NET_ADMIN').withSecurityOpt('apparmor=unconfined'),
    )
    expect(output).toMatch(/\n\d+ passed in [\d.]+ s\n$/)
    expect(code).toBe(0)
    expect(output).not.toContain('failed')
  })

  it('says how it must be started where it may not make namespaces', async () => {
    const container = hardened(images.runner)
      .withBindMounts([{ source: folder, target: '/work', mode: 'ro' }])
      .withCommand(['run', '--lab', 'scenarios/nova-after'])
    const { code, output } = await ended(container)
    expect(output).toContain('--privileged')
    expect(code).toBe(4)
  })

  it('runs as anybody with a read-only root, writes reports, and ends with the exit code of the run', async () => {
    const reports = await mkdtemp(join(tmpdir(), 'crosscheck-image-'))
    try {
      const wrong = hardened(images.runner)
        .withUser(`${String(process.getuid!())}:${String(process.getgid!())}`)
        .withBindMounts([
          { source: folder, target: '/work', mode: 'ro' },
          { source: reports, target: '/reports', mode: 'rw' },
        ])
        .withCommand([
          'run',
          '--predict',
          'test/fixtures/broken/stacks/default-deny-elsewhere',
          '-o',
          'junit=/reports/junit.xml',
        ])
      const { code, output } = await ended(wrong)
      expect(output).toBe('')
      expect(code).toBe(1)
      expect(await readFile(join(reports, 'junit.xml'), 'utf8')).toMatch(/<testsuites name="crosscheck"/)
    } finally {
      await rm(reports, { recursive: true })
    }
  })
})

function privileged(): boolean {
  return spawnSync('docker', ['run', '--rm', '--privileged', images.runner, '--version']).status === 0
}

/** What a container printed until it ended by itself, and its exit code. */
async function ended(container: GenericContainer): Promise<{ code: number; output: string }> {
  await using started = await container.withWaitStrategy(untilEnded).start()
  const { State } = await (await getContainerRuntimeClient()).container.getById(started.getId()).inspect()
  return { code: State.ExitCode, output: (await text(await started.logs())).replaceAll('\r\n', '\n') }
}

/** The library's own strategy for containers that end wants exit code 0. */
const untilEnded: WaitStrategy = {
  waitUntilReady: async (container) => {
    await container.wait()
  },
  withStartupTimeout: () => untilEnded,
  isStartupTimeoutSet: () => true,
  getStartupTimeout: () => 120_000,
}
