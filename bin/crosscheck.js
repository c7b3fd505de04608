#!/usr/bin/env node
// Starts Crosscheck on a Node that can run it; written so that Node 20, which cannot, still gets as far as saying so.
// In the installed package that is the bundle; in a checkout the source, by the project's own Node if this one is too old for .ts files.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url))
const [major, minor] = process.versions.node.split('.').map(Number)

if (existsSync(path('../runner/main.ts'))) await startCheckout()
else if (major > 22 || (major === 22 && minor >= 19)) await import('../dist/crosscheck.js')
else
  giveUp(
    `needs Node 22.19 or newer and this is ${process.versions.node}: type: npx --package node@24 --package crosscheck crosscheck`,
  )

async function startCheckout() {
  if (!existsSync(path('../node_modules/.package-lock.json'))) giveUp(`this checkout has no packages yet: type: npm ci`)
  if (major >= 24) return import('../runner/main.ts')
  const node = path('../node_modules/.bin/node')
  if (!existsSync(node)) giveUp("the project's own Node is missing: type: npm ci --ignore-scripts=false")
  const { spawn } = await import('node:child_process')
  const { constants } = await import('node:os')
  // The pipe closes with this process, however it ends: where even kill -9 does, the child is not left alone.
  const child = spawn(node, [path('../runner/main.ts'), ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
    env: { ...process.env, CROSSCHECK_LAUNCHER_FD: '3' },
  })
  child.stdio[3]?.on('error', () => {})
  // Ctrl-C reaches both from the terminal; what is sent to this process alone is passed on. The child decides when to end.
  process.on('SIGINT', () => {})
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => giveUp(`${node} does not start: ${error.message}`))
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))
}

function giveUp(sentence) {
  console.error(`crosscheck: ${sentence}`)
  process.exit(4)
}
