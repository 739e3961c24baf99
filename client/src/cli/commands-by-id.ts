import type { Command } from 'commander';
import type { Client } from '../index.ts';
import { print, printJson, sessionOf } from './session.ts';

interface CommandById<Answer> {
  readonly description: string;
  readonly call: (sluice: Client, id: string) => Promise<Answer>;
}

/** Adds subcommands that take an id, call one function of the API, and print its answer, rendered or with --json. */
export function addCommandsById<Answer>(
  parent: Command,
  commands: Readonly<Record<string, CommandById<Answer>>>,
  render: (answer: Answer) => string,
): void {
  for (const [name, { description, call }] of Object.entries(commands)) {
    const command = parent.command(`${name} <id>`).description(description);
    command.action(async (id: string) => {
      const { sluice, json } = sessionOf(command);
      const answer = await call(sluice, id);
      json ? printJson(answer) : print(render(answer));
    });
  }
}
