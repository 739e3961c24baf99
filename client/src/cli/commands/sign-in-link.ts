import type { Command } from 'commander';
import { operatorOf, print, printJson, wholeNumber } from '../session.ts';
import { plain } from '../text.ts';
import { organizationId } from './organizations.ts';

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
      const link = await sluice.createOrganizationSignInLink(await organizationId(sluice, organization), {
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
