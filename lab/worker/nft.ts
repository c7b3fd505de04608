import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { text as collect } from 'node:stream/consumers'
import type { Namespaces } from './namespaces.ts'
import { loadNftables, type NftContext, openContext } from './nftables.ts'

/**
 * Runs nft(8) commands in a network namespace, each text as one transaction. Returns the JSON output of list commands;
 * rejects with nft's message.
 */
export type Nft = (netns: string, commands: string) => Promise<string>

export interface NftOptions {
  /** The soname of the library. If it is missing, the program `nft` is used. */
  readonly soname?: string
  /** In how many namespaces the library is used. Others use the program. */
  readonly contexts?: number
}

/** The library waits with select(2), which aborts the process for a descriptor this high. */
const FD_SETSIZE = 1024

/**
 * Runs nft through its library with one open context per namespace. A process per table costs several times as much,
 * mostly for the fork. Closing a socket that has replaced a table waits until the kernel has freed the old table, 5 to
 * 20 ms.
 */
export function openNft(
  namespaces: Namespaces,
  { soname = 'libnftables.so.1', contexts: most = 64 }: NftOptions = {},
): Nft {
  const library = loadNftables(soname)
  // They reserve low descriptors for the sockets of contexts that are opened later.
  const places = Array.from({ length: library === undefined ? 0 : most }, () => openSync('/dev/null', 'r'))
  const contexts = new Map<string, NftContext>()
  const contextIn = (netns: string): NftContext | undefined => {
    const known = contexts.get(netns)
    if (known !== undefined || library === undefined) return known
    const place = places.shift()
    if (place === undefined || place >= FD_SETSIZE) return undefined
    closeSync(place)
    const opened = namespaces.enter(netns, () => openContext(library))
    contexts.set(netns, opened)
    return opened
  }
  return async (netns, commands) => {
    const context = contextIn(netns)
    const { failed, output, complaint } =
      context === undefined
        ? await runProgram(namespaces, netns, commands)
        : namespaces.enter(netns, () => context(commands))
    if (failed) throw new Error(`nft in ${netns}: ${complaint.trim().slice(0, 2000)}`)
    return output
  }
}

async function runProgram(namespaces: Namespaces, netns: string, commands: string) {
  // For JSON, nft reads its input twice, which a pipe does not allow. A large ruleset does not fit into an argument.
  const args = commands.startsWith('list ') ? ['-j', commands] : ['-f', '-']
  const child = namespaces.enter(netns, () => spawn('nft', args, { stdio: ['pipe', 'pipe', 'pipe'] }))
  child.stdin.on('error', () => undefined).end(commands)
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve)
  })
  const [output, complaint, code] = await Promise.all([collect(child.stdout), collect(child.stderr), ended])
  return { failed: code !== 0, output, complaint }
}
