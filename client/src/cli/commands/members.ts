import type { Command } from 'commander';
import type { CreateMemberBody } from '../../api.gen.ts';
import { UsageError } from '../failures.ts';
import { addList } from '../list.ts';
import { print, printJson, sessionOf } from '../session.ts';
import { plain } from '../text.ts';

const roles = ['owner', 'admin', 'hr_admin', 'member'] as const satisfies readonly CreateMemberBody['role'][];

export function addMembers(program: Command): void {
  const members = program.command('members').description('people of an organization');

  addList(members, {
    description: 'list members, newest first',
    list: (sluice, query) => sluice.listMembers(query),
    columns: {
      MEMBER: ({ id }) => id,
      ROLE: ({ role }) => role,
      EMAIL: ({ email }) => plain(email),
      NAME: ({ name }) => plain(name),
    },
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
