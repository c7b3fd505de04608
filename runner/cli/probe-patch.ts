import { readFile } from 'node:fs/promises'
import { parseDocument } from 'yaml'
import { type ProbePatch, probePatchSchema } from '../../fabric/kubernetes/probe/probe-patch.ts'
import type { Problem } from '../../policy/types.ts'

/** An invalid --probe-patch file, with all its problems. */
class RefusedPatch extends Error {
  override readonly name = 'RefusedPatch'
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    super(problems.map(({ message }) => message).join('\n'))
    this.problems = problems
  }
}

/** Reads the pod template of --probe-patch (YAML or JSON). Rejects with problems for the command line to print. */
export async function readProbePatch(file: string): Promise<ProbePatch> {
  const refuse = (messages: readonly string[]) =>
    new RefusedPatch(messages.map((message) => ({ severity: 'error', message: `--probe-patch ${file}: ${message}` })))
  const text = await readFile(file, 'utf8').catch((error: Error) => Promise.reject(refuse([error.message])))
  const document = parseDocument(text)
  if (document.errors.length > 0) throw refuse(document.errors.map(({ message }) => message))
  const read = probePatchSchema.safeParse(document.toJS() ?? {})
  if (read.success) return read.data
  throw refuse(
    read.error.issues.map(({ path, message }) => `${path.length === 0 ? '' : `${path.join('.')}: `}${message}`),
  )
}
