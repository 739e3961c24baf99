import { type TSchema, Type } from 'typebox';
import type { EndpointOwner, Endpoint as Row } from '../endpoints/endpoints.ts';
import { IdOf } from '../http/fields.ts';
import type { Context, Typed } from '../http/operation.ts';
import type { EndpointDraft, EndpointSettings } from '../life-cycle/create.ts';

/**
 * Some of an organization's endpoints, as one part of the API offers them: which they are, in which words, and what
 * may be done with them. The operations themselves are the same for all.
 */
export interface EndpointFamily {
  /** In the ids of operations: `Endpoint` → `getEndpoint`. */
  readonly called: string;
  /** In sentences: `an endpoint`. */
  readonly one: string;
  /** Its heading in the API reference. */
  readonly group: string;
  /** @throws {SluiceError} not_found, for what is not of the family or not the caller's as for what does not exist */
  find(context: Context, id: string): Promise<Row>;
  /** @throws {SluiceError} conflict, for what cannot be deleted this way */
  checkRemoval?(row: Row): void;
  /** @throws {SluiceError} conflict, for what others keep the secret of */
  checkRotation?(row: Row): void;
  /** The event types that the family's users may see in its log; left out: all that went there. */
  readonly loggedTypes?: readonly string[];
}

/** Words of an operation that differ between families. */
interface Words {
  readonly summary: string;
  readonly description?: string;
}

/** Query parameters of the lists of some families. */
export const byInstallation = {
  installation_id: Type.Optional(
    Type.String({ ...IdOf('installation'), description: 'Only the webhooks of this installed app' }),
  ),
};

export interface ListWords extends Words {
  readonly id: string;
  readonly query?: typeof byInstallation;
  of(
    context: Context,
    query: { readonly installation_id?: string },
  ): { readonly owner?: EndpointOwner; readonly withinTypes?: readonly string[] };
}

export interface CreateWords<Body extends TSchema> extends Words {
  readonly body: Body;
  /** What is answered, in the API reference. */
  readonly made: string;
  readonly refusals?: readonly number[];
  /** What is to be made, and whose it is. May lock and refuse. */
  draft(
    context: Context,
    body: Typed<Body>,
  ): Promise<{ readonly owner: EndpointOwner; readonly draft: EndpointDraft }>;
}

export interface ChangeWords<Body extends TSchema> extends Words {
  readonly body: Body;
  readonly changed: string;
  /** Refuses what may not be set this way; answers what is to be set. */
  change(context: Context, row: Row, body: Typed<Body>): Promise<Partial<EndpointSettings>>;
}
