import { settings } from './base/config.ts';

/** The text of `--help`. */
export function helpText(): string {
  const width = Math.max(...settings.map(({ name }) => name.length));
  const lines = settings.map(
    ({ name, fallback, meaning }) => `  ${name.padEnd(width)}  ${meaning} [${fallback}]`,
  );
  return `Sluice: a self-hosted webhook platform with programmable human review.

  npm start          install what is missing, migrate, run the API and the worker
  npm start -- --help

Settings are environment variables [default]:
${lines.join('\n')}

Without DATABASE_URL everything is kept in SLUICE_DATA_DIR. With it, any number of processes share one Postgres.
`;
}
