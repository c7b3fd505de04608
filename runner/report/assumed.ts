/** The one line that reports have of what the input does not have; none where nothing is assumed. */
export function assumedLine(assumptions: readonly string[]): readonly string[] {
  return assumptions.length === 0 ? [] : [`assumed, not in the input: ${assumptions.join('; ')}`]
}
