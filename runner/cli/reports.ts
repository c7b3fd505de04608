import { createReporter, type FormatName } from '../report/formats.ts'
import { createProgress } from '../report/progress.ts'
import type { ReportOptions } from '../report/reporter.ts'
import type { Emit } from '../result/events.ts'
import { type Io, type TextOutput, wantsColour } from './io.ts'
import { type Output, writeOutput } from './outputs.ts'

export interface Reports {
  readonly emit: Emit
  /** Writes the requested reports. Each file is written as a whole. */
  write(): Promise<void>
}

type Options = Pick<ReportOptions, 'verbose' | 'inconclusive'>

/** Creates a report per output, and shows progress on stderr. */
export function openReports(outputs: readonly Output<FormatName>[], options: Options, io: Io): Reports {
  const reports = [...outputs, ...jobSummary(outputs, io)].map((output) => {
    const reporter = createReporter(
      output.format,
      output.file === undefined ? { ...options, ...terminalStyle(io.stdout, io) } : { ...options, ...plain },
    )
    return { output, reporter, texts: [] as string[] }
  })
  const { stderr } = io
  const progress = createProgress({ ...terminalStyle(stderr, io), terminal: stderr.isTTY === true })
  return {
    emit(event) {
      const line = progress(event)
      if (line !== '' && stderr.isTTY === true) stderr.write(line)
      for (const { reporter, texts } of reports) texts.push(reporter(event))
    },
    async write() {
      for (const { output, texts } of reports) await writeOutput(output, texts.join(''), io)
    },
  }
}

/** GitHub shows the content of the file in this variable as the summary of the job, and workflow commands at their lines. */
function jobSummary(outputs: readonly Output<FormatName>[], { environment }: Io): Output<FormatName>[] {
  const file = environment.GITHUB_STEP_SUMMARY ?? ''
  const wanted = file !== '' && outputs.some(({ format }) => format === 'github')
  return wanted ? [{ format: 'markdown', file, append: true }] : []
}

const plain = { colour: false, unicode: true, width: 120 }

/** The capabilities of a stream. A pipe counts as a wide terminal without colours. */
export function terminalStyle(stream: TextOutput, io: Io) {
  const { LC_ALL, LC_CTYPE, LANG } = io.environment
  const locale = [LC_ALL, LC_CTYPE, LANG].find((value) => value !== undefined && value !== '') ?? ''
  const unicode = stream.isTTY !== true || /utf-?8/i.test(locale) || io.platform === 'darwin'
  return { colour: wantsColour(stream, io), unicode, width: stream.columns ?? plain.width }
}
