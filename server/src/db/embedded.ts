import { type PGlite, protocol } from '@electric-sql/pglite';
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  PGliteDialect,
  type QueryResult,
} from 'kysely';

import { planning } from './planning.ts';

const { serialize, messages } = protocol;
type Message = Awaited<ReturnType<PGlite['execProtocolStream']>>[number];

/** A statement that the database has parsed: what it takes and what it answers. */
interface Prepared {
  readonly name: string;
  readonly parameterTypes: readonly number[];
  readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[];
}

/** Texts that come with parameters are written in the source, so there are few; this is in case there are not. */
const preparedAtMost = 500;

/**
 * Kysely's dialect for PGlite with a driver of our own: statements are parsed and planned once, and each run is one
 * message. PGlite's own `query` parses, describes and plans every time, in six messages: with batches of ten that was
 * four fifths of a delivery's cost.
 */
export class EmbeddedDialect extends PGliteDialect {
  readonly #pglite: PGlite;

  constructor(pglite: PGlite) {
    super({ pglite });
    this.#pglite = pglite;
  }

  override createDriver(): Driver {
    return new EmbeddedDriver(this.#pglite);
  }
}

/** The one connection of the embedded database; Kysely lets one query or transaction at a time have it. */
class EmbeddedDriver implements Driver {
  readonly #pglite: PGlite;
  readonly #connection: EmbeddedConnection;

  constructor(pglite: PGlite) {
    this.#pglite = pglite;
    this.#connection = new EmbeddedConnection(pglite);
  }

  async init(): Promise<void> {
    await this.#pglite.waitReady;
    for (const setting of planning) await this.#connection.command(`set ${setting}`);
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    await new Promise((resolve) => setImmediate(resolve));
    return this.#connection;
  }

  async beginTransaction(): Promise<void> {
    await this.#connection.command('begin');
  }

  async commitTransaction(): Promise<void> {
    await this.#connection.command('commit');
  }

  async rollbackTransaction(): Promise<void> {
    await this.#connection.command('rollback');
  }

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {
    if (!this.#pglite.closed) await this.#pglite.close();
  }
}

class EmbeddedConnection implements DatabaseConnection {
  readonly #pglite: PGlite;
  readonly #prepared = new Map<string, Prepared>();

  constructor(pglite: PGlite) {
    this.#pglite = pglite;
  }

  async command(text: string): Promise<void> {
    await this.#exchange([serialize.query(text)]);
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const statement = await this.#prepare(query);
    const values = query.parameters.map((value, index) =>
      this.#write(value, statement.parameterTypes[index]),
    );
    const answers = await this.#exchange([
      serialize.bind({ statement: statement.name, values }),
      serialize.execute({}),
      serialize.sync(),
    ]);
    const rows: Row[] = [];
    let affected = 0n;
    for (const answer of answers) {
      if (answer instanceof messages.DataRowMessage) rows.push(this.#read(statement, answer.fields));
      if (answer instanceof messages.CommandCompleteMessage)
        affected = BigInt(/\d+$/.exec(answer.text)?.[0] ?? 0);
    }
    return { rows, numAffectedRows: affected };
  }

  // biome-ignore lint/correctness/useYield: the interface asks for it; nothing here streams
  async *streamQuery(): AsyncIterableIterator<never> {
    throw new Error('The embedded database does not stream.');
  }

  async #prepare({ sql, parameters }: CompiledQuery): Promise<Prepared> {
    const known = this.#prepared.get(sql);
    if (known) return known;
    const keep = parameters.length > 0 && this.#prepared.size < preparedAtMost;
    const name = keep ? `s${this.#prepared.size}` : '';
    const answers = await this.#exchange([
      serialize.parse({ name, text: sql }),
      serialize.describe({ type: 'S', name }),
      serialize.sync(),
    ]);
    const prepared: Prepared = {
      name,
      parameterTypes:
        answers.find((answer) => answer instanceof messages.ParameterDescriptionMessage)?.dataTypeIDs ?? [],
      fields: answers.find((answer) => answer instanceof messages.RowDescriptionMessage)?.fields ?? [],
    };
    if (keep) this.#prepared.set(sql, prepared);
    return prepared;
  }

  #exchange(parts: readonly Uint8Array[]): Promise<Message[]> {
    return this.#pglite.execProtocolStream(Buffer.concat(parts), { syncToFs: false });
  }

  #write(value: unknown, type: number | undefined): string | null {
    if (value === null || value === undefined) return null;
    const serializer = type === undefined ? undefined : this.#pglite.serializers[type];
    return serializer ? serializer(value) : String(value);
  }

  #read<Row>({ fields }: Prepared, values: readonly (string | null)[]): Row {
    const row = Object.create(Object.prototype);
    for (const [index, { name, dataTypeID }] of fields.entries()) {
      const text = values[index] ?? null;
      const parser = this.#pglite.parsers[dataTypeID];
      row[name] = text === null || !parser ? text : parser(text, dataTypeID);
    }
    return row;
  }
}
