import type { Command } from 'commander';
import type { Client } from '../../index.ts';
import { UsageError } from '../failures.ts';
import { operatorOf, print, printJson, wholeNumber } from '../session.ts';
import { plain } from '../text.ts';

interface Options {
  readonly email?: string;
  readonly minutes: number;
}

export function addSignInLink(program: Command): void {
  program
    .command('sign-in-link <organization>')
    .description("a link that signs a member in to the portal, once; needs the operator's token")
    .option('--email <address>', 'whose; the first owner of the organization unless given')
    .option('--minutes <count>', 'how long it is good for', wholeNumber(1, 1440), 60)
    .action(async (organization: string, { email, minutes }: Options, command: Command) => {
      const { sluice, json } = await operatorOf(command);
      const link = await sluice.createOrganizationSignInLink(await idOf(sluice, organization), {
        expires_in_seconds: minutes * 60,
        ...(email === undefined ? {} : { email }),
      });
      if (json) return printJson(link);
      print(`${plain(link.url)}\n`);
      process.stderr.write(
        `Signs ${plain(link.email)} in, once, until ${new Date(link.expires_at).toLocaleString()}.\n`,
      );
    });
}

/** By its id or its slug. */
async function idOf(sluice: Client, organization: string): Promise<string> {
  for await (const { id, slug } of sluice.listOrganizations({ limit: 200 })) {
    if (id === organization || slug === organization) return id;
  }
  throw new UsageError(`There is no organization "${organization}".`);
}
