import type { Action, Capabilities, Decision, HistoryEntry, ReviewTask } from './task.ts';

/** What the page may do, and where it may be. */
export interface Session {
  readonly label: string | null;
  readonly capabilities: Capabilities;
  readonly allowed_origins: readonly string[];
  readonly expires_at: string;
}

/** The API refused; `code` is from its catalogue. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  /** What was decided instead, where somebody was quicker. */
  readonly decision: Decision | null;

  constructor(status: number, document: { code?: string; detail?: string; decision?: Decision | null }) {
    super(document.detail ?? `The server answered ${status}.`);
    this.status = status;
    this.code = document.code ?? 'unknown';
    this.decision = document.decision ?? null;
  }
}

export interface ReviewApi {
  session(): Promise<Session>;
  tasks(): Promise<readonly ReviewTask[]>;
  task(id: string): Promise<ReviewTask>;
  history(id: string): Promise<readonly HistoryEntry[]>;
  /** @throws {ApiProblem} 409 when the task was decided or changed meanwhile */
  act(task: ReviewTask, action: Action): Promise<ReviewTask>;
}

/** The API with an embed token, which travels in a header only; no cookies are sent or needed. */
export function createReviewApi(token: string): ReviewApi {
  async function call<T>(
    method: 'GET' | 'POST',
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<T> {
    const answer = await fetch(path, {
      method,
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new ApiProblem(answer.status, readProblem(text));
    return JSON.parse(text);
  }

  const pathOf = (id: string) => `/v1/reviews/${encodeURIComponent(id)}`;
  return {
    session: () => call('GET', '/v1/embed/session'),
    tasks: async () =>
      (await call<{ data: ReviewTask[] }>('GET', '/v1/reviews?status=pending&limit=100')).data,
    task: (id) => call('GET', pathOf(id)),
    history: async (id) => (await call<{ data: HistoryEntry[] }>('GET', `${pathOf(id)}/history`)).data,
    act: (task, action) =>
      call('POST', `${pathOf(task.id)}/${action.kind}`, bodyOf(action), { 'if-match': `"${task.version}"` }),
  };
}

function bodyOf(action: Action): unknown {
  switch (action.kind) {
    case 'approve':
      return action.comment === '' ? {} : { comment: action.comment };
    case 'reject':
      return { reason: action.reason };
    case 'revise':
      return action.comment === ''
        ? { content: action.content }
        : { content: action.content, comment: action.comment };
  }
}

function readProblem(text: string): { code?: string; detail?: string; decision?: Decision | null } {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
