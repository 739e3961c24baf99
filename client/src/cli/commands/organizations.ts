import type { Command } from 'commander';
import type { Organization } from '../../api.gen.ts';
import type { Client } from '../../index.ts';
import { UsageError } from '../failures.ts';
import { addList } from '../list.ts';
import { paint } from '../paint.ts';
import { operatorOf, print, printJson } from '../session.ts';
import { renderFields } from '../table.ts';
import { plain } from '../text.ts';

interface CreateOptions {
  readonly name?: string;
  readonly preset?: string;
  readonly timeZone?: string;
}

export function addOrganizations(program: Command): void {
  const organizations = program
    .command('organizations')
    .description("tenants; needs the operator's token, as making their first keys does");

  addList(organizations, {
    description: 'list organizations, newest first',
    session: operatorOf,
    list: (sluice, query) => sluice.listOrganizations(query),
    columns: {
      ORGANIZATION: ({ id }) => id,
      SLUG: ({ slug }) => slug,
      PRESET: ({ preset }) => preset ?? '',
      NAME: ({ name }) => plain(name),
    },
  });

  organizations
    .command('create <slug>')
    .description('create an organization; the slug is its short name: a-z, 0-9 and -')
    .option('--name <name>', 'a name for people; the slug unless given')
    .option('--preset <name>', 'a product to adopt: its event types and its contract')
    .option('--time-zone <name>', 'such as Europe/Berlin; UTC unless given')
    .addHelpText('after', '\nNext: sluice keys create "Order service" --organization <slug>')
    .action(async (slug: string, { name = slug, preset, timeZone }: CreateOptions, command: Command) => {
      const { sluice, json } = await operatorOf(command);
      const organization = await sluice.createOrganization({
        slug,
        name,
        ...(preset === undefined ? {} : { preset }),
        ...(timeZone === undefined ? {} : { time_zone: timeZone }),
      });
      json ? printJson(organization) : print(renderFields(paint, fieldsOf(organization)));
    });
}

/**
 * By its id or its slug.
 * @throws {UsageError} where there is none
 */
export async function organizationId(sluice: Client, organization: string): Promise<string> {
  for await (const { id, slug } of sluice.listOrganizations({ limit: 200 })) {
    if (id === organization || slug === organization) return id;
  }
  throw new UsageError(`There is no organization "${organization}"; see sluice organizations list.`);
}

function fieldsOf(organization: Organization): [string, string][] {
  return [
    ['organization', organization.id],
    ['slug', organization.slug],
    ['name', plain(organization.name)],
    ['contract', organization.default_contract],
    ['time zone', organization.time_zone],
  ];
}
