import type { Command } from 'commander';
import { paint } from '../paint.ts';
import { operatorOf, print, printJson, sessionOf, take, wholeNumber } from '../session.ts';
import { renderTable } from '../table.ts';
import { plain } from '../text.ts';
import { organizationId } from './organizations.ts';

interface CreateOptions {
  readonly scopes: string;
  readonly expiresAt?: string;
  readonly organization?: string;
}

export function addKeys(program: Command): void {
  const keys = program.command('keys').description('API secrets of an organization');

  keys
    .command('list')
    .description('list keys without their secrets, newest first')
    .option('--limit <count>', 'at most so many', wholeNumber(1, 100_000), 50)
    .action(async ({ limit }: { limit: number }, command: Command) => {
      const { sluice, json } = sessionOf(command);
      const found = await take(sluice.listKeys({ limit: Math.min(limit, 200) }), limit);
      if (json) return printJson(found);
      const rows = found.map((key) => [
        key.id,
        key.revoked_at === null ? key.last_four : paint('red', 'revoked'),
        key.last_used_at ?? 'never',
        key.scopes.join(','),
        plain(key.name),
      ]);
      print(renderTable(paint, ['KEY', 'ENDS WITH', 'LAST USED', 'SCOPES', 'NAME'], rows));
    });

  keys
    .command('create <name>')
    .description('create a key; its secret is printed this once, and nothing else on standard output')
    .option('--scopes <scopes>', 'comma-separated; * is everything', '*')
    .option('--expires-at <time>', 'such as 2027-01-31T00:00:00Z; never unless given')
    .option('--organization <slug>', "the first key of an organization, with the operator's token")
    .addHelpText(
      'after',
      `
Examples:
  export SLUICE_KEY=$(sluice keys create "Order service" --organization acme)
  sluice keys create "Report job" --scopes events:write,deliveries:read`,
    )
    .action(async (name: string, { scopes, expiresAt, organization }: CreateOptions, command: Command) => {
      const body = {
        name,
        scopes: scopes.split(',').map((scope) => scope.trim()),
        ...(expiresAt === undefined ? {} : { expires_at: expiresAt }),
      };
      const { sluice, json } = organization === undefined ? sessionOf(command) : await operatorOf(command);
      const key =
        organization === undefined
          ? await sluice.createKey(body)
          : await sluice.createOrganizationKey(await organizationId(sluice, organization), body);
      if (json) return printJson(key);
      print(`${plain(key.secret)}\n`);
      process.stderr.write(`${key.id}, ${key.scopes.join(', ')}; the secret is shown this once.\n`);
    });

  keys
    .command('revoke <id>')
    .description('revoke a key, at once')
    .action(async (id: string, _options: unknown, command: Command) => {
      const { sluice, json } = sessionOf(command);
      await sluice.revokeKey(id);
      json ? printJson({ id, revoked: true }) : print(`revoked ${plain(id)}\n`);
    });
}
