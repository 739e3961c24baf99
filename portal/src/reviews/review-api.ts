import {
  createClient,
  type OpenEmbedSessionAnswer,
  type ReviewHistoryEntry,
  type ReviewSummary,
  SluiceProblem,
} from '@sluice/client';
import { isObject, textsIn } from '../text/json.ts';
import type { Action, Decision, ReviewTask } from './review.ts';

export interface ReviewApi {
  session(): Promise<OpenEmbedSessionAnswer>;
  tasks(): Promise<readonly ReviewSummary[]>;
  task(id: string): Promise<ReviewTask>;
  history(id: string): Promise<readonly ReviewHistoryEntry[]>;
  /** @throws {SluiceProblem} 409 when the task was decided or changed meanwhile */
  act(task: ReviewTask, action: Action): Promise<ReviewTask>;
}

/** As many as a page of the API can have. */
const limit = 200;

/** The API with an embed token, which travels in a header only; no cookies are sent or needed. */
export function createReviewApi(token: string): ReviewApi {
  const api = createClient({
    url: window.location.origin,
    key: token,
    attempts: 1,
    fetch: (url, init) => fetch(url, { ...init, credentials: 'omit', referrerPolicy: 'no-referrer' }),
  });
  const pathOf = (id: string) => `/v1/reviews/${encodeURIComponent(id)}`;
  return {
    session: () => api.openEmbedSession(),
    tasks: async () => (await api.listReviews({ status: 'pending', limit }).page()).data,
    task: async (id) => readTask(await api.send({ method: 'GET', path: pathOf(id) })),
    history: async (id) => (await api.listReviewHistory(id, { limit }).page()).data,
    act: async ({ id, version }, action) =>
      readTask(
        await api.send({
          method: 'POST',
          path: `${pathOf(id)}/${action.kind}`,
          exactBody: bodyOf(action, version),
        }),
      ),
  };
}

/** The decision that a refusal names: another reviewer was quicker. `null` where it names none. */
export function decisionIn({ decision }: SluiceProblem): Decision | null {
  return isDecision(decision) ? decision : null;
}

/** Whether the token has expired or was revoked. */
export function isOver(error: Error | null): error is SluiceProblem {
  return error instanceof SluiceProblem && (error.status === 401 || error.status === 403);
}

function isDecision(value: unknown): value is Decision {
  return (
    isObject(value) && typeof value.status === 'string' && typeof value.at === 'string' && isObject(value.by)
  );
}

/**
 * Reads a task. Content is cut out as text: parsing and printing it would change numbers that JavaScript can't hold.
 * @param text the API's answer
 */
export function readTask(text: string): ReviewTask {
  const exact = textsIn(text);
  const revision = exact.get('revision') ?? 'null';
  return {
    ...JSON.parse(text),
    content: exact.get('content') ?? 'null',
    revision: revision === 'null' ? null : revision,
  };
}

/**
 * The JSON of a decision, with the content byte for byte as it was edited.
 * @param version the one that was seen: another one is refused
 */
export function bodyOf(action: Action, version: number): string {
  const members =
    action.kind === 'reject'
      ? { reason: action.reason, version }
      : { ...(action.comment !== '' && { comment: action.comment }), version };
  const text = JSON.stringify(members);
  return action.kind === 'revise' ? `{"content":${action.content},${text.slice(1)}` : text;
}
