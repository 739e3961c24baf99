/** What was typed, without blanks around it; `null` for nothing. */
export function textOf(typed: string): string | null {
  return typed.trim() === '' ? null : typed.trim();
}
