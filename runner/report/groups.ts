import type { PathResult } from '../result/path-result.ts'

/** Paths of one scenario with the same cause. The report explains the first and lists the others. */
export interface Group {
  readonly first: PathResult
  readonly others: readonly PathResult[]
}

/**
 * Groups paths that failed for the same reason, in the order of their first path. Sentences are equal if they differ only in the path's names and
 * addresses. Paths of a cluster that enforces nothing are one group, because a notice at the top explains it.
 */
export function groupPaths(paths: readonly PathResult[]): Group[] {
  const groups = Map.groupBy(paths, groupKey)
  return [...groups.values()].flatMap(([first, ...others]) => (first === undefined ? [] : [{ first, others }]))
}

function groupKey(path: PathResult): string {
  const { scenario, step, status, cause, expect, seen, observed, explanation } = path
  const told = cause === 'not_enforced' ? [] : [expect, seen, observed?.reason, ...template(path, explanation)]
  return JSON.stringify([scenario, step, status, cause, ...told])
}

/** The sentences with the path's names and addresses replaced. */
function template(path: PathResult, sentences: readonly string[]): string[] {
  const own = ownWords(path)
  return sentences.map((sentence) =>
    sentence.replace(/[^\s,;"'()]+/g, (token) => {
      const word = token.replace(/[.:]+$/, '')
      const bare = word.replace(/\/(TCP|UDP|SCTP)$/, '')
      const kind = own.get(word) ?? own.get(bare)
      return kind === undefined ? token : `<${kind}>`
    }),
  )
}

function ownWords({ from, to, source, endpoints, observed, lookup }: PathResult): ReadonlyMap<string, string> {
  const words = new Map<string, string>()
  const know = (kind: string, ...own: readonly (string | undefined)[]) => {
    for (const word of own) if (word !== undefined && !words.has(word)) words.set(word, kind)
  }
  know('from', from, source?.pod)
  for (const { address, port, pod, service } of endpoints) {
    know('address', address, `${address}:${port}`, `[${address}]:${port}`)
    know('pod', pod)
    know('service', service)
  }
  know('address', observed?.address, lookup?.address, `${observed?.address}:${observed?.port}`)
  know('to', to)
  return words
}
