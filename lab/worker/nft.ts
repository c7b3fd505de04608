import { spawn } from 'node:child_process'
import { text as collect } from 'node:stream/consumers'
import type { Namespaces } from './namespaces.ts'

/** Runs `nft` with these arguments in a namespace and gives it `input`; resolves with its output, rejects with its message. */
export async function nft(namespaces: Namespaces, netns: string, args: readonly string[], input = ''): Promise<string> {
  const child = namespaces.enter(netns, () => spawn('nft', args, { stdio: ['pipe', 'pipe', 'pipe'] }))
  child.stdin.on('error', () => undefined).end(input)
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve)
  })
  const [output, complaint, code] = await Promise.all([collect(child.stdout), collect(child.stderr), ended])
  if (code !== 0) throw new Error(`nft ${args.join(' ')} in ${netns}: ${complaint.trim().slice(0, 2000)}`)
  return output
}
