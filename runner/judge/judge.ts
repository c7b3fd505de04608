import { judgeAllowed } from './allowed.ts'
import { judgeBlocked } from './blocked.ts'
import { judgeDns } from './dns.ts'
import type { Evidence, Verdict } from './endpoint-verdict.ts'
import { judgeLayer7 } from './layer7.ts'

/** Holds what was seen of a path against what the scenario expects of it. */
export function judge(evidence: Evidence): Verdict {
  const { expect, target } = evidence.planned.path
  if (expect.kind === 'blocked')
    return expect.layer === 7 && target.kind !== 'dns' ? judgeLayer7(evidence) : judgeBlocked(evidence)
  return target.kind === 'dns' ? judgeDns(evidence) : judgeAllowed(evidence)
}
