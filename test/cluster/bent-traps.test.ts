import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'
import { type Client, connectCluster } from '../../fabric/kubernetes/api/client.ts'
import type { Pod } from '../../fabric/world.ts'
import { denyIngress, namespace, pod } from '../runner/objects.ts'
import { absent, access } from './opening.ts'
import { nodeNames, runOnCluster } from './run-on-cluster.ts'

// Traps for which packets must be bent on a node: a command that runs another as root in the network of the node {node} is needed,
// as `ip netns exec crosscheck-{node}` or `docker exec -i {node}`; the node must have nft.
const shell = process.env['CROSSCHECK_NODE_SHELL']
const skipped =
  absent ?? (shell === undefined ? 'CROSSCHECK_NODE_SHELL says not how to run a command on a node' : undefined)

const [web, db] = ['crosscheck-bent-web', 'crosscheck-bent-db']
const table = 'crosscheck_bent'

describe.skipIf(skipped !== undefined)(
  `a path that must be blocked, where a node bends packets${skipped === undefined ? '' : `: ${skipped}`}`,
  () => {
    let bent: string[] = []
    afterEach(async () => {
      await Promise.all(bent.map((node) => nft(node, `delete table inet ${table}`)))
      bent = []
    })

    /** Runs the path from web/a to db/b, each on the first node, with these rules about their addresses. */
    async function bending(rules: (a: Pod, b: Pod) => string, { deny = false, attempts = 3 } = {}) {
      const client: Client = await connectCluster(access)
      const nodeName = (await nodeNames(client))[0]!
      await client.close()
      const path = { from: 'a', to: `${db}/pod/b:8080`, expect: 'blocked', attempts, family: 4 }
      return runOnCluster({
        objects: [
          ...[web, db].map((name) => namespace(name)),
          ...[pod(`${web}/a`, { spec: { nodeName } }), pod(`${db}/b`, { spec: { nodeName } })],
          ...(deny ? [denyIngress(`${db}/b`, 'b')] : []),
        ],
        spec: { sources: { a: { namespace: web, like: 'pod/a' } }, paths: [path] },
        prepare: async (fabric) => {
          const { pods } = await fabric.world(new AbortController().signal)
          const [a, b] = [pods.find((each) => each.namespace === web)!, pods.find((each) => each.namespace === db)!]
          bent = [nodeName]
          await nft(nodeName, `table inet ${table} {\n${rules(a, b)}\n}`)
        },
      })
    }
    const four = ({ addresses }: Pod) => addresses.find((each) => !each.includes(':'))!

    it('6: of which some connections get through fails: it leaks, with the ratio, measured again alone', async () => {
      const drop = (b: Pod) => `ip daddr ${four(b)} tcp dport 8080 jhash tcp sport mod 3 == 0 drop`
      const { results } = await bending((_, b) => chain('filter', 'forward', -300, drop(b)), { attempts: 20 })
      expect(results).toMatchObject([{ status: 'fail', cause: 'leak', seen: 'partly' }])
      expect(results[0]!.explanation.join('\n')).toMatch(
        /was open in \d+ of 20 attempts.*\n?.*measured again alone, .* of 10 attempts/s,
      )
    })

    it('12: from a source whose link is down is inconclusive: the source reached nothing', async () => {
      const drop = (a: Pod) =>
        a.addresses.map((each) => `${each.includes(':') ? 'ip6' : 'ip'} saddr ${each} drop`).join('\n')
      const { results } = await bending((a) => chain('filter', 'prerouting', -400, drop(a)), { deny: true })
      expect(results).toMatchObject([{ status: 'inconclusive', cause: 'source_dead' }])
      expect(results[0]!.explanation.join('\n')).toContain('the source reached nothing on')
    })

    it('17: while a transparent proxy accepts every connection is inconclusive: intercepted', async () => {
      const proxy = (a: Pod, b: Pod) => `ip saddr ${four(a)} meta l4proto tcp dnat ip to ${four(b)}:8080`
      const { results } = await bending((a, b) => chain('nat', 'prerouting', -150, proxy(a, b)))
      expect(results).toMatchObject([
        { status: 'inconclusive', cause: 'intercepted', observed: { reason: 'connected' } },
      ])
    })
  },
)

function chain(type: 'filter' | 'nat', hook: string, priority: number, rules: string): string {
  return `chain bent {\ntype ${type} hook ${hook} priority ${priority}; policy accept;\n${rules}\n}`
}

/** Feeds commands to nft on a node; rejects with what it says. */
async function nft(node: string, commands: string): Promise<void> {
  const words = shell!.replaceAll('{node}', node).split(' ')
  const child = spawn(words[0]!, [...words.slice(1), 'nft', '-f', '-'], { stdio: ['pipe', 'ignore', 'pipe'] })
  const said: Buffer[] = []
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk))
  child.stdin.end(`${commands}\n`)
  const [code] = (await once(child, 'close')) as [number]
  if (code !== 0) throw new Error(`nft on ${node}: ${Buffer.concat(said).toString()}`)
}
