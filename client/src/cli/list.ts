import type { Command } from 'commander';
import type { Client, Listing } from '../index.ts';
import { paint } from './paint.ts';
import { print, printJson, type Session, sessionOf, take, wholeNumber } from './session.ts';
import { renderTable } from './table.ts';

const longestPage = 200;

interface ListCommand<Item, Filters> {
  readonly description: string;
  /** Flags of options that narrow the list, with their descriptions. */
  readonly filters?: Readonly<Record<string, string>>;
  /** Whose key is used; the organization's unless given. */
  readonly session?: (command: Command) => Promise<Session>;
  /** `limit` is the length of a page. */
  readonly list: (sluice: Client, query: Filters & { readonly limit: number }) => Listing<Item>;
  /** The head of each column, and its cell for an item. */
  readonly columns: Readonly<Record<string, (item: Item) => string>>;
}

/** Adds the subcommand `list`, which prints the first entries of a list as a table, or with --json as they are. */
export function addList<Item, Filters = unknown>(
  parent: Command,
  { description, filters = {}, session, list, columns }: ListCommand<Item, Filters>,
): void {
  const command = parent.command('list').description(description);
  for (const [flags, meaning] of Object.entries(filters)) command.option(flags, meaning);
  command
    .option('--limit <count>', 'at most so many', wholeNumber(1, 100_000), 50)
    .action(async (query: Filters & { readonly limit: number }) => {
      const { sluice, json } = await (session?.(command) ?? sessionOf(command));
      const page = { ...query, limit: Math.min(query.limit, longestPage) };
      const found = await take(list(sluice, page), query.limit);
      if (json) return printJson(found);
      const rows = found.map((item) => Object.values(columns).map((cell) => cell(item)));
      print(renderTable(paint, Object.keys(columns), rows));
    });
}
