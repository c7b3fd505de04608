/** Returns links to the documentation of these NetworkPolicy semantics rules, for use in messages. */
export function ruleLinks(...rules: readonly number[]): string {
  return rules.map((rule) => `docs/semantics.md#rule-${rule}`).join(' and ')
}
