/** The width of a text in terminal columns. East Asian wide characters take two. */
export function columns(text: string): number {
  let sum = 0
  for (const char of text) sum += /\p{M}/u.test(char) ? 0 : wide.test(char) ? 2 : 1
  return sum
}

const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u

export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - columns(text)))
}

/** Truncates a text to a number of columns, with an ellipsis at the end. */
export function clip(text: string, width: number, ellipsis: string): string {
  if (columns(text) <= width) return text
  let kept = ''
  for (const char of text) {
    if (columns(kept + char) > width - ellipsis.length) break
    kept += char
  }
  return kept + ellipsis
}

/** Breaks a text into lines of at most this many columns, at spaces. A longer word is split. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ').flatMap((each) => pieces(each, width))) {
    if (line !== '' && columns(line) + 1 + columns(word) > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}

function pieces(word: string, width: number): string[] {
  if (columns(word) <= width) return [word]
  const found: string[] = ['']
  for (const char of word) {
    if (columns((found.at(-1) ?? '') + char) > width) found.push('')
    found[found.length - 1] += char
  }
  return found
}

/** The same with all lines but the first indented, to mark where each item of a list starts. */
export function wrapHanging(text: string, width: number): string[] {
  const [first = '', ...rest] = wrap(text, width - 2)
  return [first, ...rest.map((line) => `  ${line}`)]
}

/** Rows with aligned columns, two spaces apart, without trailing spaces. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = []
  for (const row of rows)
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, columns(cell))
  return rows.map((row) =>
    row
      .map((cell, index) => pad(cell, widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
