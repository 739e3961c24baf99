import type { Command } from 'commander';
import { paint } from '../paint.ts';
import { print, printJson, sessionOf } from '../session.ts';
import { renderFields } from '../table.ts';
import { plain } from '../text.ts';

export function addMe(program: Command): void {
  program
    .command('me')
    .description('whose key this is, and what it may do')
    .action(async (_options: unknown, command: Command) => {
      const { sluice, json } = sessionOf(command);
      const me = await sluice.getMe();
      if (json) return printJson(me);
      const { organization } = me;
      print(
        renderFields(paint, [
          ['organization', `${plain(organization.name)} (${organization.slug}, ${organization.id})`],
          ['key', `${plain(me.name)} (${me.id})`],
          ['scopes', me.scopes.join(', ')],
        ]),
      );
    });
}
