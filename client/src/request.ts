/** What a call of the API is made of, and what it answers. */

export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: object | undefined;
  /** Written as JSON. */
  readonly body?: unknown;
  /** JSON text or bytes, sent as they are, in place of `body`. */
  readonly exactBody?: string | Uint8Array<ArrayBuffer>;
  /** Whether the key signs the request, as FlowBeacon's surface asks for. */
  readonly signed?: boolean;
}

export interface CallOptions {
  /** A new one for each POST unless given: with the same one, nothing happens twice. */
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
  /** `false`: one try only. */
  readonly retry?: boolean;
}

export interface Page<Item> {
  readonly data: Item[];
  readonly next_cursor: string | null;
}

/** A list: one page of it, or all entries, page after page, as they are asked for. */
export interface Listing<Item> extends AsyncIterable<Item> {
  page(): Promise<Page<Item>>;
}

export type Call = <Answer>(request: ApiRequest, options?: CallOptions) => Promise<Answer>;
export type List = <Item>(request: ApiRequest, options?: CallOptions) => Listing<Item>;
/** Answers the text of a success; an empty one where there is nothing to say. */
export type Send = (request: ApiRequest, options?: CallOptions) => Promise<string>;
