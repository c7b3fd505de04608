import { type ClusterAccess, connectCluster } from '../../../fabric/kubernetes/api/client.ts'
import { type Cleaned, cleanCluster } from '../../../fabric/kubernetes/clean/clean.ts'
import { exitCodes } from '../../result/path-result.ts'
import type { Io } from '../io.ts'

export interface CleanRun extends Pick<ClusterAccess, 'context' | 'kubeconfig'> {
  readonly namespaces: readonly string[]
  readonly all: boolean
  readonly dryRun: boolean
}

/** Cleans the cluster. Prints removed objects on stdout, and the remaining ones with the reason on stderr. */
export async function runClean({ namespaces, all, dryRun, ...access }: CleanRun, io: Io): Promise<number> {
  const client = await connectCluster({ ...access, environment: io.environment })
  try {
    const cleaned = await cleanCluster(client, { namespaces, all, dryRun, now: io.now }, io.signal)
    const verb = dryRun ? 'would remove' : 'removed'
    io.stdout.write(cleaned.removed.map((object) => `${verb} ${object}\n`).join(''))
    io.stderr.write(
      leftText(cleaned)
        .map((line) => `crosscheck: ${line}\n`)
        .join(''),
    )
    if (cleaned.refused.length > 0) return exitCodes.inconclusive
    if (cleaned.removed.length === 0 && cleaned.living.length === 0 && cleaned.kept.length === 0)
      io.stderr.write(`crosscheck: nothing is left on ${client.server}\n`)
    return exitCodes.pass
  } finally {
    await client.close()
  }
}

function leftText({ living, kept, refused }: Cleaned): string[] {
  return [
    ...living.map(({ run, agoMs, objects }) => {
      const ago = `${Math.round(agoMs / 1000)} s ago`
      return `run ${run} may be alive (it said so ${ago}), and is left what it has: ${listed(objects)}; --all removes that too`
    }),
    ...kept.map((each) => `left: ${each}`),
    ...refused.map((each) => `not done: ${each}`),
  ]
}

function listed(objects: readonly string[]): string {
  const shown = objects.slice(0, 5)
  return objects.length > shown.length ? `${shown.join(', ')}, …` : shown.join(', ')
}
