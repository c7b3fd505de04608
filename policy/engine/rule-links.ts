/** Where the documentation explains these rules of NetworkPolicy semantics: what messages cite. */
export function ruleLinks(...rules: readonly number[]): string {
  return rules.map((rule) => `docs/semantics.md#rule-${rule}`).join(' and ')
}
