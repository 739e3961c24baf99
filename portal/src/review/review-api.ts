import { scanJson } from '@sluice/contracts';
import type { Action, Capabilities, Decision, HistoryEntry, ListedTask, ReviewTask } from './task.ts';

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
  /** What was decided instead, where somebody was quicker. */
  readonly decision: Decision | null;

  constructor(status: number, document: { detail?: string; decision?: Decision | null }) {
    super(document.detail ?? `The server answered ${status}.`);
    this.status = status;
    this.decision = document.decision ?? null;
  }
}

export interface ReviewApi {
  session(): Promise<Session>;
  tasks(): Promise<readonly ListedTask[]>;
  task(id: string): Promise<ReviewTask>;
  history(id: string): Promise<readonly HistoryEntry[]>;
  /** @throws {ApiProblem} 409 when the task was decided or changed meanwhile */
  act(task: ReviewTask, action: Action): Promise<ReviewTask>;
}

/** The API with an embed token, which travels in a header only; no cookies are sent or needed. */
export function createReviewApi(token: string): ReviewApi {
  async function call(
    method: 'GET' | 'POST',
    path: string,
    body?: string,
    version?: number,
  ): Promise<string> {
    const answer = await fetch(path, {
      method,
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(version === undefined ? {} : { 'if-match': `"${version}"` }),
      },
      ...(body === undefined ? {} : { body }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new ApiProblem(answer.status, readProblem(text));
    return text;
  }

  const pathOf = (id: string) => `/v1/reviews/${encodeURIComponent(id)}`;
  return {
    session: async () => JSON.parse(await call('GET', '/v1/embed/session')),
    tasks: async () => JSON.parse(await call('GET', '/v1/reviews?status=pending&limit=200')).data,
    task: async (id) => readTask(await call('GET', pathOf(id))),
    history: async (id) => JSON.parse(await call('GET', `${pathOf(id)}/history?limit=200`)).data,
    act: async (task, action) =>
      readTask(await call('POST', `${pathOf(task.id)}/${action.kind}`, bodyOf(action), task.version)),
  };
}

/** Content is cut out as text: parsing and printing it would change numbers that JavaScript can't hold. */
function readTask(text: string): ReviewTask {
  const bytes = new TextEncoder().encode(text);
  const scanned = scanJson(bytes);
  const members = scanned.ok ? scanned.members : [];
  const exact = (key: string) => {
    const member = members.find((candidate) => candidate.key === key);
    return member ? new TextDecoder().decode(bytes.subarray(member.valueStart, member.valueEnd)) : 'null';
  };
  const revision = exact('revision');
  return { ...JSON.parse(text), content: exact('content'), revision: revision === 'null' ? null : revision };
}

function bodyOf(action: Action): string {
  if (action.kind === 'reject') return JSON.stringify({ reason: action.reason });
  const comment = action.comment === '' ? '' : `"comment":${JSON.stringify(action.comment)}`;
  if (action.kind === 'approve') return `{${comment}}`;
  return `{"content":${action.content}${comment === '' ? '' : `,${comment}`}}`;
}

function readProblem(text: string): { detail?: string; decision?: Decision | null } {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
