import { githubReporter } from './github.ts'
import { jsonReporter } from './json.ts'
import { junitReporter } from './junit.ts'
import { markdownReporter } from './markdown.ts'
import type { Reporter, ReportOptions } from './reporter.ts'
import { textReporter } from './text.ts'

/** The only registry of report formats; docs/reference/report.md has a section for each. The first is the default. */
const formats = {
  text: textReporter,
  json: jsonReporter,
  junit: junitReporter,
  markdown: markdownReporter,
  github: githubReporter,
} satisfies Record<string, (options: ReportOptions) => Reporter>

export type FormatName = keyof typeof formats
export const formatNames = Object.keys(formats) as [FormatName, ...FormatName[]]

/** Creates a reporter for one run and one output. Write the text that it returns for each event in order. */
export function createReporter(format: FormatName, options: ReportOptions): Reporter {
  return formats[format](options)
}
