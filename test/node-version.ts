/**
 * Imported by the vitest configurations: an old Node ends here with one sentence, and not in the middle of the tests. `npm` and `npx` put the
 * checkout's own Node first in PATH.
 */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 19)) {
  console.error(`The tests need Node 22.19 or newer, and this is ${process.versions.node}: type: npx vitest …`)
  process.exit(1)
}
