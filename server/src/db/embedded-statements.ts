import { type PGlite, protocol } from '@electric-sql/pglite';
import type { CompiledQuery, QueryResult } from 'kysely';
import { statementsKept } from './planning.ts';

const { serialize, messages } = protocol;
type Message = Awaited<ReturnType<PGlite['execProtocolStream']>>[number];

/** A statement that the database has parsed: what it takes and what it answers. */
interface Parsed {
  /** Empty for the one that is not kept. */
  readonly name: string;
  readonly parameterTypes: readonly number[];
  readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[];
}

const run = Buffer.concat([serialize.execute({}), serialize.sync()]);

/**
 * Statements of a PGlite session. One that is kept is parsed and planned once; each run of it is one exchange. PGlite's
 * own `query` parses, describes and plans every time, in six.
 */
export class EmbeddedStatements {
  readonly #pglite: PGlite;
  /** By text, the one that was not used for longest first. */
  readonly #kept = new Map<string, Parsed>();
  #named = 0;

  constructor(pglite: PGlite) {
    this.#pglite = pglite;
  }

  /** Runs commands without parameters; answers the tag of the last one. */
  async command(text: string): Promise<string> {
    return tagOf(await this.#exchange(serialize.query(text)));
  }

  async run<Row>({ sql, parameters }: CompiledQuery, keep: boolean): Promise<QueryResult<Row>> {
    const parsed = (keep && this.#recall(sql)) || (await this.#parse(sql, keep));
    const values = parameters.map((value, index) => this.#write(value, parsed.parameterTypes[index]));
    return this.#read<Row>(
      parsed,
      await this.#exchange(serialize.bind({ statement: parsed.name, values }), run),
    );
  }

  /** Drops everything that is kept: it may be planned for a schema that is no more. */
  async forget(): Promise<void> {
    const kept = [...this.#kept.values()];
    this.#kept.clear();
    await this.#close(kept);
  }

  #recall(text: string): Parsed | undefined {
    const parsed = this.#kept.get(text);
    if (!parsed) return undefined;
    this.#kept.delete(text);
    this.#kept.set(text, parsed);
    return parsed;
  }

  async #parse(text: string, keep: boolean): Promise<Parsed> {
    const name = keep ? `s${++this.#named}` : '';
    const answers = await this.#exchange(
      serialize.parse({ name, text }),
      serialize.describe({ type: 'S', name }),
      serialize.sync(),
    );
    const parsed: Parsed = {
      name,
      parameterTypes:
        answers.find((answer) => answer instanceof messages.ParameterDescriptionMessage)?.dataTypeIDs ?? [],
      fields: answers.find((answer) => answer instanceof messages.RowDescriptionMessage)?.fields ?? [],
    };
    if (keep) {
      this.#kept.set(text, parsed);
      await this.#dropOldest();
    }
    return parsed;
  }

  async #dropOldest(): Promise<void> {
    const [oldest] = this.#kept;
    if (this.#kept.size <= statementsKept || oldest === undefined) return;
    this.#kept.delete(oldest[0]);
    await this.#close([oldest[1]]);
  }

  async #close(statements: readonly Parsed[]): Promise<void> {
    await this.#exchange(
      ...statements.map(({ name }) => serialize.close({ type: 'S', name })),
      serialize.sync(),
    );
  }

  async #exchange(...parts: readonly Uint8Array[]): Promise<Message[]> {
    if (this.#pglite.closed) throw new Error('PGlite is closed');
    return this.#pglite.execProtocolStream(Buffer.concat(parts), { syncToFs: false });
  }

  #write(value: unknown, type: number | undefined): string | null {
    if (value === null || value === undefined) return null;
    const serializer = type === undefined ? undefined : this.#pglite.serializers[type];
    return serializer ? serializer(value) : String(value);
  }

  #read<Row>({ fields }: Parsed, answers: readonly Message[]): QueryResult<Row> {
    const columns = fields.map(({ name, dataTypeID }) => ({
      name,
      dataTypeID,
      parse: this.#pglite.parsers[dataTypeID],
    }));
    const rows: Row[] = [];
    for (const answer of answers) {
      if (!(answer instanceof messages.DataRowMessage)) continue;
      const row = Object.create(Object.prototype);
      for (const [index, { name, dataTypeID, parse }] of columns.entries()) {
        const text = answer.fields[index] ?? null;
        row[name] = text === null || !parse ? text : parse(text, dataTypeID);
      }
      rows.push(row);
    }
    const changed = /^(?:INSERT \d+|UPDATE|DELETE|MERGE) (\d+)$/.exec(tagOf(answers))?.[1];
    return changed === undefined ? { rows } : { rows, numAffectedRows: BigInt(changed) };
  }
}

function tagOf(answers: readonly Message[]): string {
  return answers.findLast((answer) => answer instanceof messages.CommandCompleteMessage)?.text ?? '';
}
