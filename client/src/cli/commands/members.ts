import type { Command } from 'commander';
import type { CreateMemberBody } from '../../api.gen.ts';
import { UsageError } from '../failures.ts';
import { paint } from '../paint.ts';
import { print, printJson, sessionOf, take, wholeNumber } from '../session.ts';
import { renderTable } from '../table.ts';
import { plain } from '../text.ts';

const roles = ['owner', 'admin', 'hr_admin', 'member'] as const satisfies readonly CreateMemberBody['role'][];

export function addMembers(program: Command): void {
  const members = program.command('members').description('people of an organization');

  members
    .command('list')
    .description('list members, newest first')
    .option('--limit <count>', 'at most so many', wholeNumber(1, 100_000), 50)
    .action(async ({ limit }: { limit: number }, command: Command) => {
      const { sluice, json } = sessionOf(command);
      const found = await take(sluice.listMembers({ limit: Math.min(limit, 200) }), limit);
      if (json) return printJson(found);
      const rows = found.map(({ id, role, email, name }) => [id, role, plain(email), plain(name)]);
      print(renderTable(paint, ['MEMBER', 'ROLE', 'EMAIL', 'NAME'], rows));
    });

  members
    .command('add <email>')
    .description('add a member, who can then sign in (see sluice sign-in-link)')
    .option('--name <name>', 'the address unless given')
    .option('--role <role>', roles.join(', '), 'member')
    .action(
      async (email: string, given: { readonly name?: string; readonly role: string }, command: Command) => {
        const role = roles.find((known) => known === given.role);
        if (role === undefined)
          throw new UsageError(`There is no role "${given.role}": ${roles.join(', ')}.`);
        const { sluice, json } = sessionOf(command);
        const member = await sluice.createMember({ email, name: given.name ?? email, role });
        json ? printJson(member) : print(`added ${member.id} ${plain(member.email)} as ${member.role}\n`);
      },
    );
}
