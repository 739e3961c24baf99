import { parentPort } from 'node:worker_threads';
import { type InputError, SluiceError } from '../base/errors.ts';
import { type CompiledSchema, checkLimit, compileSchemaTwice } from './compile.ts';
import { cannotTell, type SchemaVerdict } from './verdict.ts';
import { withinTime } from './within-time.ts';

/** Data to be checked by a schema, both as JSON text. */
export interface ThreadQuestion {
  readonly schema: string;
  readonly data: string;
  /** Only whether the data satisfies the schema, not what fails. */
  readonly whetherOnly: boolean;
}

/** Why a schema cannot be used. */
export interface SchemaRefusal {
  readonly detail: string;
  /** The places where the example breaks it; `null`: it is the schema itself. */
  readonly exampleErrors: readonly InputError[] | null;
}

/** What the thread is asked. */
export type SchemaRequest =
  | { readonly kind: 'judge'; readonly questions: readonly ThreadQuestion[]; readonly limitMs: number }
  | { readonly kind: 'examine'; readonly schema: string; readonly example: string | null };

/** What it answers. */
export type SchemaAnswer =
  | {
      readonly kind: 'judged';
      /** Of as many of the questions, in their order, as fit into the time; of one at least. */
      readonly verdicts: readonly SchemaVerdict[];
      readonly spentMs: number;
    }
  | { readonly kind: 'examined'; readonly refusal: SchemaRefusal | null };

const keptSchemas = 100;
const kept = new Map<string, CompiledSchema>();

/** Schemas and data come from tenants and may take long: they meet here, where no request of others waits for them. */
parentPort?.on('message', (request: SchemaRequest) => parentPort?.postMessage(answer(request)));

function answer(request: SchemaRequest): SchemaAnswer {
  if (request.kind === 'examine')
    return { kind: 'examined', refusal: examine(request.schema, request.example) };
  const startedAt = performance.now();
  const verdicts: SchemaVerdict[] = [];
  for (const question of request.questions) {
    verdicts.push(judge(question));
    if (performance.now() - startedAt > request.limitMs) break;
  }
  return { kind: 'judged', verdicts, spentMs: performance.now() - startedAt };
}

function examine(schema: string, example: string | null): SchemaRefusal | null {
  try {
    const { timed } = compileSchemaTwice(JSON.parse(schema));
    const exampleErrors = example === null ? [] : timed(JSON.parse(example));
    return exampleErrors.length === 0 ? null : { detail: 'The example breaks the schema.', exampleErrors };
  } catch (error) {
    return { detail: reasonOf(error), exampleErrors: null };
  }
}

function judge({ schema, data, whetherOnly }: ThreadQuestion): SchemaVerdict {
  try {
    const checks = compiledOf(schema);
    const value: unknown = JSON.parse(data);
    if (!whetherOnly) {
      const errors = checks.timed(value);
      return { satisfied: errors.length === 0, errors };
    }
    const verdict = withinTime(checkLimit, () => checks.isSatisfied(value));
    return verdict.finished ? { satisfied: verdict.value, errors: [] } : cannotTell(verdict.reason);
  } catch (error) {
    return cannotTell(reasonOf(error));
  }
}

/** Those used last are kept. */
function compiledOf(schema: string): CompiledSchema {
  const checks = kept.get(schema) ?? compileSchemaTwice(JSON.parse(schema));
  kept.delete(schema);
  kept.set(schema, checks);
  const [oldest] = kept.keys();
  if (kept.size > keptSchemas && oldest !== undefined) kept.delete(oldest);
  return checks;
}

function reasonOf(error: unknown): string {
  if (error instanceof SluiceError) return error.detail;
  return error instanceof Error ? error.message : String(error);
}
