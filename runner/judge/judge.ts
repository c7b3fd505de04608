import { judgeAllowed } from './allowed.ts'
import { judgeBlocked } from './blocked.ts'
import { judgeDns } from './dns.ts'
import type { Evidence, Verdict } from './endpoint-verdict.ts'
import { judgeLayer7 } from './layer7.ts'

/** Compares the observations of a path with the scenario's expectation. */
export function judge(evidence: Evidence): Verdict {
  const { expect, target } = evidence.planned.path
  if (expect.kind === 'blocked')
    return expect.layer === 7 && target.kind !== 'dns' ? judgeLayer7(evidence) : judgeBlocked(evidence)
  return target.kind === 'dns' ? judgeDns(evidence) : judgeAllowed(evidence)
}
