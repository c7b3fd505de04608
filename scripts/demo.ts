import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * `npm run demo`: runs the five systems in the lab if it is available. Otherwise the policy engine computes the verdicts, and the demo
 * prints the command for real packets. It never switches silently.
 */
const root = fileURLToPath(new URL('..', import.meta.url))
const linux = process.platform === 'linux'
if (!linux) {
  console.error(
    'The lab needs Linux: the policy engine predicts instead. For real packets: docker run --rm --privileged -v "$PWD":/work -w /work node:24-bookworm npm run demo',
  )
}
/** The conformance pack is not a system. Developers of network plugins run it by name. */
const systems = readdirSync(`${root}/scenarios`).filter((name) => name !== 'conformance')
const folders = systems.map((name) => `scenarios/${name}`)
const args = ['runner/main.ts', 'run', linux ? '--lab' : '--predict', ...folders, ...process.argv.slice(2)]
const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' })
process.exitCode = status ?? 4
