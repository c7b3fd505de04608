import { execFileSync, spawnSync } from 'node:child_process'
import { transactionsOf } from '../../../lab/rules/transactions.ts'

/** Without rights in a user namespace of its own; as root where the machine refuses those. */
const fresh = spawnSync('unshare', ['-Ur', 'true']).status === 0 ? ['-Urn'] : ['-n']

/** Loads rulesets into the kernel of a fresh network namespace, one after the other, and lists what stands there then. */
export function load(rulesets: readonly string[], list: readonly string[] = ['list', 'ruleset']): string {
  const transactions = JSON.stringify(rulesets.flatMap(transactionsOf))
  return execFileSync('unshare', [...fresh, process.execPath, '-e', script, '--', ...list], {
    input: transactions,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
}

const script = `
  const { execFileSync } = require('node:child_process')
  const { readFileSync } = require('node:fs')
  for (const input of JSON.parse(readFileSync(0, 'utf8'))) execFileSync('nft', ['-f', '-'], { input })
  process.stdout.write(execFileSync('nft', process.argv.slice(1), { maxBuffer: 64 * 1024 * 1024 }))
`
