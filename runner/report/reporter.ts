import type { RunEvent } from '../result/events.ts'

/** A report as a pure function of events. It returns the text to write now, which is often empty until the end. */
export type Reporter = (event: RunEvent) => string

/** What a reporter needs to know about its output. */
export interface ReportOptions {
  /** ANSI colors. Color is never the only carrier of information. */
  readonly colour: boolean
  /** False if the terminal supports ASCII only. */
  readonly unicode: boolean
  /** Columns of the terminal. The text is between 60 and 120 columns wide. */
  readonly width: number
  /** Also lists passing paths, each with its evidence, and groups nothing. */
  readonly verbose: boolean
  /** With `warn`, inconclusive paths do not fail a CI job. */
  readonly inconclusive: 'fail' | 'warn'
}
