import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * `npm run demo`: the five systems, in the lab where there can be one. Elsewhere the policy engine judges them, and the line for real packets
 * is printed: nothing is swapped silently.
 */
const root = fileURLToPath(new URL('..', import.meta.url))
const linux = process.platform === 'linux'
if (!linux) {
  console.error(
    'The lab needs Linux: the policy engine predicts instead. For real packets: docker run --rm --privileged -v "$PWD":/work -w /work node:24-bookworm npm run demo',
  )
}
/** The conformance pack is no system: who builds a network plugin runs it by its own name. */
const systems = readdirSync(`${root}/scenarios`).filter((name) => name !== 'conformance')
const folders = systems.map((name) => `scenarios/${name}`)
const args = ['runner/main.ts', 'run', linux ? '--lab' : '--predict', ...folders, ...process.argv.slice(2)]
const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' })
process.exitCode = status ?? 4
