import { exitCodes, type PathResult } from '../result/path-result.ts'
import type { Question } from './scenario.ts'

/**
 * `partly`: open at some endpoints or from some places of the source only. `broken`: the connection fails for another reason than a block, such as a
 * name that does not resolve or a missing server.
 */
export interface Answer {
  readonly answer: 'open' | 'blocked' | 'partly' | 'broken' | 'unknown'
  /** The deciding result. */
  readonly result: PathResult
  readonly exitCode: number
}

/** The answer from the results of a path. Exit code: that of the expectation, if there is one; else 0 for open, 1 for blocked and broken. */
export function answerOf(results: readonly PathResult[], { expect }: Pick<Question, 'expect'>): Answer | undefined {
  const passed = results.find(({ status }) => status === 'pass')
  const failed = results.find(({ status }) => status === 'fail')
  const result = passed ?? (expect === undefined ? results[0] : (failed ?? results[0]))
  if (result === undefined) return undefined
  const answer = wordOf(result)
  if (expect !== undefined)
    return {
      answer,
      result,
      exitCode: exitCodes[result.status === 'pass' || result.status === 'fail' ? result.status : 'inconclusive'],
    }
  const codes = {
    open: exitCodes.pass,
    blocked: exitCodes.fail,
    partly: exitCodes.fail,
    broken: exitCodes.fail,
    unknown: exitCodes.inconclusive,
  }
  return { answer, result, exitCode: codes[answer] }
}

function wordOf({ status, seen, expect }: PathResult): Answer['answer'] {
  if (status === 'inconclusive') return 'unknown'
  if (seen === 'open' && status === 'pass') return 'open'
  if (seen === 'blocked' || seen === 'partly') return seen
  return expect === 'blocked' && seen === 'open' ? 'open' : 'broken'
}
