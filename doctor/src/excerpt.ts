import type { Answer } from './report.ts';

const longest = 160;

/** The beginning of a response body as one line of plain text, secrets masked; `null` where there is no text. */
export function excerptOf(answer: Answer, secrets: readonly string[]): string | null {
  if (answer.kind !== 'response') return null;
  let text = new TextDecoder().decode(answer.body);
  for (const secret of secrets.flatMap(formsOf)) text = text.replaceAll(secret, '••••••');
  // Control and format characters could rewrite the terminal that shows them.
  const plain = text.replace(/[\p{C}\p{Z}]+/gu, ' ').trim();
  if (plain === '') return null;
  return plain.length > longest ? `${plain.slice(0, longest)}…` : plain;
}

/** A secret as it is configured, and without its prefix. */
function formsOf(secret: string): string[] {
  const bare = secret.slice(secret.indexOf('_') + 1);
  return [secret, bare].filter((form) => form.length >= 8);
}
