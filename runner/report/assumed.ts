/** One line with everything that is assumed because the input does not contain it; empty if nothing is assumed. */
export function assumedLine(assumptions: readonly string[]): readonly string[] {
  return assumptions.length === 0 ? [] : [`assumed, not in the input: ${assumptions.join('; ')}`]
}
