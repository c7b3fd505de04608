import { styleText } from 'node:util'
import { type Io, type TextOutput, wantsColour } from './io.ts'

type Style = Parameters<typeof styleText>[0]
type Paint = (style: Style, text: string) => string

/** Returns a function that colours text for a stream, or leaves it unchanged. */
export function painter(stream: TextOutput, io: Pick<Io, 'argv' | 'environment'>): Paint {
  if (!wantsColour(stream, io)) return (_, text) => text
  return (style, text) => styleText(style, text, { validateStream: false })
}
