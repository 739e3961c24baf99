/** An entry of the error catalogue; `remedy` says what the caller can do. */
export interface CatalogueEntry {
  readonly status: number;
  readonly title: string;
  readonly remedy: string;
}

/** Every error that the API answers, by code. A test writes `docs/errors.md` from it. */
export const catalogue = {
  malformed_json: {
    status: 400,
    title: 'The body is not valid JSON',
    remedy: 'Send one JSON value, UTF-8, without trailing characters.',
  },
  malformed_request: {
    status: 400,
    title: 'The request is malformed',
    remedy: 'Check the request line and headers.',
  },
  invalid_cursor: {
    status: 400,
    title: 'The cursor is not valid here',
    remedy: 'Use `next_cursor` of the same list unchanged, or leave the cursor out.',
  },
  unauthenticated: {
    status: 401,
    title: 'No valid credential',
    remedy: 'Send `Authorization: Bearer <key>` with a key that is neither expired nor revoked.',
  },
  missing_scope: {
    status: 403,
    title: 'A scope is missing',
    remedy: 'Use a credential that holds the scope named in the detail, or declare it in the manifest.',
  },
  forbidden: {
    status: 403,
    title: 'The credential may not do this',
    remedy: 'Use a credential of the kind named in the detail.',
  },
  cross_site_request: {
    status: 403,
    title: 'Another site sent the request',
    remedy: "Send it from the portal's own pages, or with a personal token in the Authorization header.",
  },
  sign_in_refused: {
    status: 401,
    title: 'The sign-in was refused',
    remedy: 'Check what you typed, or ask an administrator of your organization for a new link.',
  },
  missing_capability: {
    status: 403,
    title: 'The embed token lacks a capability',
    remedy: 'Use an embed token that holds the capability named in the detail.',
  },
  not_a_reviewer: {
    status: 403,
    title: 'Only the reviewers of the workflow may act',
    remedy:
      'Act as one of them: a key names the member as `member_id`, an embed token is bound to one when it is made.',
  },
  bad_signature: {
    status: 403,
    title: 'The signature of the request is not valid',
    remedy: 'Sign method, path with query, and the exact body with the key, no more than 300 seconds ago.',
  },
  not_found: {
    status: 404,
    title: 'Not found',
    remedy: 'Check the id and the path; things of other organizations are not found either.',
  },
  request_timeout: {
    status: 408,
    title: 'The request did not arrive in time',
    remedy: 'Send the whole request at once, on a new connection.',
  },
  conflict: {
    status: 409,
    title: 'It conflicts with what exists',
    remedy: 'Read the current state, then decide again.',
  },
  consent_required: {
    status: 409,
    title: 'The app asks for scopes without consent',
    remedy: 'Have an administrator read the scopes that `errors` lists, then repeat with them as `consent`.',
  },
  idempotency_conflict: {
    status: 409,
    title: 'The idempotency key was used for another request',
    remedy: 'Use a new key for a new request; repeat the first request unchanged to get its answer.',
  },
  review_decided: {
    status: 409,
    title: 'The review is over',
    remedy: 'Read `decision`: it says what was decided, by whom and when.',
  },
  already_voted: {
    status: 409,
    title: 'This reviewer has voted already',
    remedy: 'Leave the task to the other reviewers; a vote cannot be changed.',
  },
  delivery_not_retryable: {
    status: 409,
    title: 'The delivery cannot be retried',
    remedy: 'Only pending and failed deliveries can be retried; replay the event for a new delivery.',
  },
  delivery_not_cancellable: {
    status: 409,
    title: 'The delivery has ended',
    remedy: 'Only pending, sending and held deliveries can be cancelled.',
  },
  gone: {
    status: 410,
    title: 'It no longer exists',
    remedy:
      'Ask the site that gave you the token for a new one; with a watermark that is too old, start again without it.',
  },
  stale_version: {
    status: 412,
    title: 'It has changed since it was read',
    remedy: 'Read it again, then decide by what it says now.',
  },
  payload_too_large: {
    status: 413,
    title: 'The body is too large',
    remedy: 'Stay within the limit named in the detail.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'The content type or encoding is not supported',
    remedy: 'Send `Content-Type: application/json` without `Content-Encoding`.',
  },
  invalid_input: {
    status: 422,
    title: 'The input is not valid',
    remedy: 'Correct the places that `errors` points at.',
  },
  invalid_event_data: {
    status: 422,
    title: 'The data breaks the schema of its event type',
    remedy: 'Correct the places that `errors` points at, or change the schema of the event type.',
  },
  invalid_schema: {
    status: 422,
    title: 'The JSON Schema cannot be used',
    remedy: 'Send a JSON Schema (draft 2020-12) without remote references.',
  },
  forbidden_address: {
    status: 422,
    title: 'The URL leads to an address that is not allowed',
    remedy: 'Use a public address, or have the operator add it to SLUICE_ALLOW_TARGETS.',
  },
  rate_limited: { status: 429, title: 'Too many requests', remedy: 'Wait as long as `Retry-After` says.' },
  too_much_under_way: {
    status: 429,
    title: 'Too much of the organization is unfinished',
    remedy: 'Let some of what is under way end, then send it again, no sooner than `Retry-After` says.',
  },
  headers_too_large: {
    status: 431,
    title: 'The path and headers are too large',
    remedy: 'Stay within 16 KiB for the request line and all headers together.',
  },
  internal_error: {
    status: 500,
    title: 'Something broke on our side',
    remedy: 'Try again; if it persists, give the operator the request id.',
  },
  database_unavailable: {
    status: 503,
    title: 'The database cannot be reached',
    remedy: 'Try again after `Retry-After` seconds; with an idempotency key nothing happens twice.',
  },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof catalogue;

/** A wrong place of the input; `pointer` is a JSON pointer (RFC 6901) into the body, or `?name` for a query parameter. */
export interface InputError {
  readonly pointer: string;
  readonly detail: string;
}

/** The one error type that rooms throw on purpose; the door answers it as a problem document. */
export class SluiceError extends Error {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly errors: readonly InputError[];
  readonly retryAfterSeconds: number | undefined;
  /** Further members of the problem document, for programs. */
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    detail: string,
    more: {
      errors?: readonly InputError[];
      retryAfterSeconds?: number;
      facts?: Readonly<Record<string, unknown>>;
      cause?: unknown;
    } = {},
  ) {
    super(`${code}: ${detail}`, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'SluiceError';
    this.code = code;
    this.detail = detail;
    this.errors = more.errors ?? [];
    this.retryAfterSeconds = more.retryAfterSeconds;
    this.facts = more.facts ?? {};
  }
}

/** An `invalid_input` error for one place of the input. */
export function invalidInput(pointer: string, detail: string): SluiceError {
  return new SluiceError('invalid_input', detail, { errors: [{ pointer, detail }] });
}
