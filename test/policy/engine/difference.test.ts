import fc from 'fast-check'
import { expect, it } from 'vitest'
import { compile } from '../../../policy/engine/compile.ts'
import { differences } from '../../../policy/engine/difference.ts'
import { verdictOf } from '../../../policy/engine/predict.ts'
import type { QueryEnd } from '../../../policy/engine/query.ts'
import type { PolicyWorld } from '../../../policy/engine/world.ts'
import { systemOf } from './random-system.ts'
import { randomWorld } from './random-world.ts'

const sockets = [
  { port: 80, protocol: 'TCP' },
  { port: 53, protocol: 'UDP' },
] as const
const outside = '192.0.2.9'

/** Every path between single pods, and from and to the world outside, whose verdict differs, each asked by itself; after, `silent` does not listen. */
function asked(before: PolicyWorld, after: PolicyWorld, silent: string | undefined): string[] {
  const [was, is] = [compile(before), compile(after)]
  const names = [...new Set([...before.pods, ...after.pods].map(({ namespace, name }) => `${namespace}/${name}`))]
  const queryEnd = (name: string): QueryEnd => {
    const [namespace = '', pod = ''] = name.split('/')
    return name === outside ? { kind: 'address', address: outside } : { kind: 'pod', namespace, name: pod }
  }
  return [...names, outside].flatMap((from) =>
    [...names, outside].flatMap((to) => {
      if (from === to) return []
      const ports = to === outside ? [{ port: 443, protocol: 'TCP' as const }, sockets[1]] : sockets
      return ports.flatMap((socket) => {
        const [old, now] = [was, is].map((compiled) => {
          if (compiled === is && to.endsWith(`/${silent}`)) return 'absent'
          const found = verdictOf({ from: queryEnd(from), to: queryEnd(to), ...socket }, compiled)
          return 'verdict' in found ? found.verdict : 'absent'
        })
        return old === now ? [] : [`${from} ${to}:${socket.port}/${socket.protocol} ${old}>${now}`]
      })
    }),
  )
}

it('two worlds differ in the paths in which questions of their own differ', () => {
  fc.assert(
    fc.property(randomWorld, fc.nat(3), fc.nat(3), fc.boolean(), (random, dropped, gone, changed) => {
      const { world } = systemOf(random)
      const before: PolicyWorld = {
        ...world,
        pods: world.pods.map((pod, at) => ({ ...pod, hostNetwork: gone === 3 && at === 0 })),
      }
      const after: PolicyWorld = {
        ...before,
        policies: before.policies.filter((_, at) => at !== dropped),
        pods: before.pods
          .filter((_, at) => at !== gone)
          .map((pod, at) => (changed && at === 0 ? { ...pod, labels: { app: 'b' } } : pod)),
      }
      const silent = changed ? 'p1' : undefined
      const listening = ({ name }: { name: string }, when: string) =>
        when === 'after' && name === silent ? [] : sockets
      const fold = ({ namespace, name }: { namespace: string; name: string }) => `${namespace}/${name}`
      const found = [...differences(compile(before), compile(after), { sockets: listening, fold, outside })]
      const told = found.map(
        ({ from, to, port, protocol, before: was, after: is }) =>
          `${from.names[0]} ${to.names[0]}:${port}/${protocol} ${was}>${is}`,
      )
      expect(told.toSorted()).toEqual(asked(before, after, silent).toSorted())
    }),
    { numRuns: 150 },
  )
})
