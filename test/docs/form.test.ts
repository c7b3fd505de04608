import { expect, test } from 'vitest'
import { pages, withoutCode } from './pages.ts'

const docs = [...pages].filter(([file]) => file.startsWith('docs/'))

test('no cell of a table has more than 25 words', () => {
  const long = docs.flatMap(([file, text]) =>
    [...withoutCode(text).matchAll(/^\|.*$/gm)]
      .flatMap(([row]) => row.split(/(?<!\\)\|/))
      .filter((cell) => cell.trim().split(/\s+/).length > 25)
      .map((cell) => `${file}: ${cell.trim()}`),
  )
  expect(long).toEqual([])
})

test('prose wraps at 100 characters, but for what has no space to wrap at', () => {
  const long = docs.flatMap(([file, text]) =>
    withoutCode(text)
      .split('\n')
      .filter((line) => line.length > 100 && !/^[|#]/.test(line) && breakable(line))
      .map((line) => `${file}: ${line}`),
  )
  expect(long).toEqual([])
})

/** Whether a line has two words or more before the hundredth character; code is one word. */
function breakable(line: string): boolean {
  const words = line
    .trim()
    .replaceAll(/`[^`]*`/g, (code) => code.replaceAll(' ', '_'))
    .split(' ')
  return words.length > 2 && words.slice(0, -1).join(' ').length > 100
}
