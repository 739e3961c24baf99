import type { Command } from 'commander';
import { addList } from '../list.ts';
import { paint } from '../paint.ts';
import { operatorOf, print, printJson, sessionOf } from '../session.ts';
import { plain } from '../text.ts';
import { organizationId } from './organizations.ts';

interface CreateOptions {
  readonly scopes: string;
  readonly expiresAt?: string;
  readonly organization?: string;
}

export function addKeys(program: Command): void {
  const keys = program.command('keys').description('API secrets of an organization');

  addList(keys, {
    description: 'list keys without their secrets, newest first',
    list: (sluice, query) => sluice.listKeys(query),
    columns: {
      KEY: ({ id }) => id,
      'ENDS WITH': ({ revoked_at, last_four }) => (revoked_at === null ? last_four : paint('red', 'revoked')),
      'LAST USED': ({ last_used_at }) => last_used_at ?? 'never',
      SCOPES: ({ scopes }) => scopes.join(','),
      NAME: ({ name }) => plain(name),
    },
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
