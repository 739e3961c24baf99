interface Entry {
  readonly status: number;
  readonly title: string;
  readonly remedy: string;
}

const opening = `# Errors
Every error is a problem document (RFC 9457, \`application/problem+json\`). Programs decide by \`code\`, which never
changes its meaning; \`detail\` says what was wrong this time, and invalid input has \`errors[]\` with a pointer to
each place. New codes may be added.

| code | status | what happened | what to do |
| --- | --- | --- | --- |
`;

/** `docs/errors.md`, made from the catalogue. */
export function renderErrorsPage(catalogue: Readonly<Record<string, Entry>>): string {
  const rows = Object.entries(catalogue).map(
    ([code, { status, title, remedy }]) => `| \`${code}\` | ${status} | ${cell(title)} | ${cell(remedy)} |\n`,
  );
  return opening + rows.join('');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
