import type { RunEvent } from '../result/events.ts'

/** A report as a pure function of events: what it returns is to be written at once, and often is nothing until the end. */
export type Reporter = (event: RunEvent) => string

/** What a reporter must know of the place that it writes to. */
export interface ReportOptions {
  /** ANSI colours; nothing is told by colour alone. */
  readonly colour: boolean
  /** False where the terminal shows nothing but ASCII. */
  readonly unicode: boolean
  /** Columns of the terminal; a text is kept between 60 and 120. */
  readonly width: number
  /** Lists passing paths too, each with its evidence, and folds nothing. */
  readonly verbose: boolean
  /** `warn`: what is not known shall not turn a CI job red. */
  readonly inconclusive: 'fail' | 'warn'
}
