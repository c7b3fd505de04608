import { spawnSync } from 'node:child_process'
import { GenericContainer, type StartedTestContainer } from 'testcontainers'

/** The images of this checkout (`npm run images`). */
export const images = {
  probe: process.env['CROSSCHECK_IMAGE'] ?? 'crosscheck:dev',
  runner: process.env['CROSSCHECK_RUNNER_IMAGE'] ?? 'crosscheck-runner:dev',
} as const

/** Why nothing can be tested here; undefined where Docker has this image. */
export function absent(image: string): string | undefined {
  const asked = spawnSync('docker', ['image', 'inspect', '--format', '{{.Id}}', image], { encoding: 'utf8' })
  if (asked.error !== undefined) return 'docker is not installed'
  return asked.status === 0 ? undefined : `Docker has no image ${image}: npm run images`
}

/** The library has no word for a read-only root; this is the place that it keeps for what it has no word for. */
class Hardened extends GenericContainer {
  protected override async beforeContainerCreated(): Promise<void> {
    this.hostConfig.ReadonlyRootfs = true
  }
}

/** A container as Pod Security `restricted` has it, with a read-only root. */
export function hardened(image: string): GenericContainer {
  return new Hardened(image).withDroppedCapabilities('ALL').withSecurityOpt('no-new-privileges')
}

/** Runs JavaScript by the container's own Node and gives what it printed. */
export async function evaluate(
  container: StartedTestContainer,
  program: string,
  flags: readonly string[] = [],
): Promise<string> {
  const node = ['/usr/local/bin/node', ...flags, '--input-type=module', '-e', program]
  const { exitCode, output } = await container.exec(node)
  if (exitCode !== 0) throw new Error(`it ended with ${String(exitCode)}: ${output}`)
  return output.trim()
}
