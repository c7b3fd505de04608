/** Returns links to these rules in docs/semantics.md, for use in messages. */
export function ruleLinks(...rules: readonly number[]): string {
  return rules.map((rule) => `docs/semantics.md#rule-${rule}`).join(' and ')
}
