import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { PathResult } from '../../runner/result/path-result.ts'
import { rehearseFile, runFile } from '../scenarios/run-files.ts'
import { absent, image } from './opening.ts'

const folders = (parent: string) => readdirSync(parent).map((name) => join(parent, name))
const systems = [...folders('scenarios'), ...folders('test/fixtures/broken').flatMap(folders)]
  .map((folder) => join(folder, 'scenario.yaml'))
  .filter((file) => existsSync(file))

/** A path whose verdict on a cluster may be another than the lab's, and why that is right. */
interface Difference {
  readonly file: RegExp
  readonly path: RegExp
  readonly lab: string
  readonly cluster: string
  readonly why: string
}

const legitimate: readonly Difference[] = [
  {
    file: /amazon-store/,
    path: /^outside → (dev|prod)-kong-admin /,
    lab: 'pass',
    cluster: 'inconclusive intercepted',
    why: 'the way from this machine to pods leads through a proxy that accepts every connection, which shows nothing of the cluster',
  },
  {
    file: /without-policies/,
    path: /^outside → (dev|prod)-kong-admin /,
    lab: 'fail policy',
    cluster: 'inconclusive intercepted',
    why: 'the same: whatever this machine sees of pods, the proxy says',
  },
]

describe.skipIf(absent !== undefined)(
  `the reference systems and their broken variants${absent === undefined ? '' : `: ${absent}`}`,
  () => {
    it.each(systems)(
      '%s has the same verdicts, rehearsed on a cluster, as in the lab',
      async (file) => {
        const lab = await runFile(file)
        const cluster = await rehearseFile(file, image)
        expect(cluster.problems).toEqual(lab.problems)
        const [wanted, seen] = [verdictsOf(lab.results), verdictsOf(cluster.results)]
        expect([...seen.keys()]).toEqual([...wanted.keys()])
        const different = [...wanted].flatMap(([path, [verdict]]) => {
          const [other, why] = seen.get(path) ?? []
          return other === verdict || isLegitimate({ file, path, verdict, other }) ? [] : [[path, verdict, other, why]]
        })
        expect(different).toEqual([])
      },
      600_000,
    )
  },
)

/**
 * Status, cause and explanation of each path, by the words that tell it from all others. A source that stands for many is sampled among what the
 * cluster has, namespaces of others included: its samples are one path, which must have one verdict.
 */
function verdictsOf(results: readonly PathResult[]): ReadonlyMap<string, readonly [verdict: string, why: string]> {
  const count = new Map<string, number>()
  const seen = new Map<string, [verdict: string, why: string]>()
  for (const { step, from, to, family, expect: wanted, status, cause, explanation } of results) {
    const isSample = from.endsWith(']')
    const path = `${step ?? ''}${from.replace(/\[.*\]$/, '[…]')} → ${to} ${family ?? ''} ${wanted}`
    const nth = isSample ? 1 : (count.get(path) ?? 0) + 1
    count.set(path, nth)
    const key = `${path} #${nth}`
    const verdict = [status, cause].filter(Boolean).join(' ')
    const [known = verdict] = seen.get(key) ?? []
    seen.set(key, [known === verdict ? verdict : `${known}, ${verdict}`, explanation.join(' / ')])
  }
  return seen
}

function isLegitimate(seen: { file: string; path: string; verdict: string; other: string | undefined }): boolean {
  return legitimate.some(
    ({ file, path, lab, cluster }) =>
      file.test(seen.file) && path.test(seen.path) && lab === seen.verdict && cluster === seen.other,
  )
}
