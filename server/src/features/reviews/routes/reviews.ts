import { type Static, Type } from 'typebox';
import { memberBytes } from '../../../api/event-input.ts';
import { invalidInput, SluiceError } from '../../../base/errors.ts';
import { publicId } from '../../../base/ids.ts';
import type { Judging } from '../../../events/judging.ts';
import {
  Closed,
  futureTime,
  given,
  IdOf,
  IdParams,
  inputId,
  Metadata,
  OrNull,
  pathId,
  Text,
  Timestamp,
} from '../../../http/fields.ts';
import { readIfMatch } from '../../../http/if-match.ts';
import { listOperation } from '../../../http/list-operation.ts';
import { type Answer, type Context, type Input, operation } from '../../../http/operation.ts';
import { PageOf, PageQuery, pageText, readPage } from '../../../http/page.ts';
import { Verdicts } from '../../../schemas/questions.ts';
import { type Act, actOnTask, type Reviewer } from '../act.ts';
import { announcements } from '../announce.ts';
import type { Announcing } from '../change.ts';
import { listHistory } from '../history.ts';
import { judgeRevision } from '../revised-data.ts';
import { createTask, getTask, listTasks, positionOf, type Task, type TaskName } from '../tasks.ts';
import {
  Entry,
  entryText,
  Priority,
  Review,
  ReviewDetail,
  Status,
  scopeOfTasks,
  showTasks,
  taskText,
} from './view.ts';

const group = 'Reviews';
const contentLimit = 262_144;
const MemberId = Type.Optional(
  OrNull(
    Type.String({
      ...IdOf('member'),
      description: 'The member in whose name the key acts; the history names both',
    }),
  ),
);
const Version = Type.Optional(
  Type.Integer({
    minimum: 1,
    description: 'The version that you have seen; refused where the task has another one',
  }),
);
const Comment = Type.Optional(OrNull(Text(4_000)));
const Content = Type.Unknown({
  description: 'Any JSON up to 256 KiB; stored byte for byte',
  examples: [{ order: 'in_42', amount: 40 }],
});

const Create = Closed({
  workflow_id: IdOf('workflow'),
  queue_id: Type.Optional(OrNull(IdOf('queue'))),
  title: Text(500, { minLength: 1, examples: ['Refund of 40 EUR'] }),
  content: Content,
  content_type: Type.Optional(
    OrNull(
      Type.String({
        pattern: '^[A-Za-z0-9!#$&^_.+-]{1,127}/[A-Za-z0-9!#$&^_.+-]{1,127}$',
        description:
          'The media type of the content. A string of the type `text/markdown` is shown as Markdown',
        examples: ['text/markdown'],
      }),
    ),
  ),
  priority: Type.Optional(Priority),
  assignee: Type.Optional(OrNull(IdOf('member'))),
  expires_at: Type.Optional(
    Type.Union([Timestamp, Type.Null()], { description: 'By default, as the workflow says; null: never' }),
  ),
  metadata: Type.Optional(Metadata),
});

/**
 * The exact text of the content in the body.
 * @throws {SluiceError} payload_too_large
 */
function readContent(raw: Uint8Array): string {
  const bytes = memberBytes(raw, 'content');
  if (bytes.length > contentLimit) {
    throw new SluiceError(
      'payload_too_large',
      `The content has ${bytes.length} bytes; ${contentLimit} are allowed.`,
      {
        errors: [{ pointer: '/content', detail: 'too large' }],
      },
    );
  }
  return Buffer.from(bytes).toString();
}

async function answerTask({ queries }: Context, status: number, task: Task): Promise<Answer> {
  return { status, text: await taskText(queries, task), headers: { etag: `"${task.version}"` } };
}

export const list = listOperation({
  id: 'listReviews',
  summary: 'List review tasks',
  description: 'Newest first; or the most urgent first, and the oldest among those. Without their content.',
  group,
  query: {
    workflow_id: Type.Optional(IdOf('workflow')),
    queue_id: Type.Optional(IdOf('queue')),
    status: Type.Optional(Status),
    assignee: Type.Optional(IdOf('member')),
    order: Type.Enum(['newest', 'urgency'], { default: 'newest' }),
  },
  item: Review,
  async read({ queries, orgId, credential }, { query: { status, order, ...ids } }, page) {
    const wanted = given({
      workflowId: inputId('workflow', ids.workflow_id, '?workflow_id'),
      queueId: inputId('queue', ids.queue_id, '?queue_id'),
      status,
      assigneeId: inputId('member', ids.assignee, '?assignee'),
    });
    const tasks = await listTasks(
      queries,
      orgId,
      { ...wanted, order, scope: scopeOfTasks(credential) },
      page,
    );
    const shown = await showTasks(queries, orgId, tasks);
    return tasks.map((task) => ({ task, shown: shown.get(task) }));
  },
  position: ({ task }) => positionOf(task),
  show: ({ shown }) => shown,
});

export const create = (reviewing: Reviewing) =>
  operation({
    id: 'createReview',
    summary: 'Create a review task',
    group,
    takes: { body: Create, bodyLimit: contentLimit + 65_536, exactMembers: ['content'], refers: true },
    answers: { 201: { description: 'The task', schema: ReviewDetail } },
    runs: 'write',
    async handle(context, { body, raw }) {
      const { queries, orgId, actor, credential, clock, audit } = context;
      const input = {
        workflowId: inputId('workflow', body.workflow_id, '/workflow_id'),
        queueId: inputId('queue', body.queue_id || null, '/queue_id'),
        title: body.title,
        content: readContent(raw),
        contentType: body.content_type ?? null,
        priority: body.priority ?? 'normal',
        assigneeId: inputId('member', body.assignee || null, '/assignee'),
        metadata: body.metadata ?? {},
        expiresAt: futureTime(clock, body.expires_at, '/expires_at'),
        source: null,
      };
      const entry = { actor: actor.name, actor_name: nameOf(credential), ip: actor.ip };
      const task = await createTask(queries, clock, { orgId, input, entry });
      await audit({ action: 'review.created', target: publicId('review', task.id) });
      const news = await announcements(queries, reviewing.taskFollower, [{ task, entry: null }]);
      await reviewing.publisher.publishAllWithin(queries, news);
      return answerTask(context, 201, task);
    },
  });

export const get = operation({
  id: 'getReview',
  summary: 'Read a review task with its content',
  group,
  takes: { params: IdParams },
  answers: { 200: { description: 'The task', schema: ReviewDetail } },
  runs: 'read',
  async handle(context, { params }) {
    return answerTask(context, 200, await getTask(context.queries, taskName(context, params.id)));
  },
});

export const history = operation({
  id: 'listReviewHistory',
  summary: 'List the history of a review task, oldest first',
  description: 'Append-only; one entry for each version. The entry that ended the task is its decision.',
  group,
  takes: { params: IdParams, query: PageQuery },
  answers: { 200: { description: 'A page', schema: PageOf(Entry) } },
  runs: 'read',
  async handle(context, { params, query }) {
    const { queries, credential } = context;
    const task = await getTask(queries, taskName(context, params.id));
    const { rows, nextCursor } = await readPage(context, query, {
      name: `review history ${task.id}`,
      read: (page) => listHistory(queries, task, page),
      position: ({ version }) => String(version),
    });
    return {
      status: 200,
      text: pageText(
        rows.map((row) => entryText(row, credential)),
        nextCursor,
      ),
    };
  },
});

/** Everything that acts on tasks need. */
export type Reviewing = Judging & Announcing;

interface Acting {
  readonly member_id?: string | null;
  readonly version?: number;
}

async function act(
  reviewing: Reviewing,
  context: Context,
  { params, body, ifMatch }: Input<Static<typeof IdParams>, unknown, Acting>,
  { wanted, verdicts = new Verdicts() }: { readonly wanted: Act; readonly verdicts?: Verdicts },
): Promise<Answer> {
  const { queries, credential } = context;
  const name = taskName(context, params.id);
  if (credential?.kind === 'embed' && body.member_id) {
    await getTask(queries, name);
    throw invalidInput(
      '/member_id',
      'An embed token acts in the name of its own member, or in its own name.',
    );
  }
  const isSeen = readVersions(ifMatch, body.version);
  const reviewer = readReviewer(context, body);
  const { task } = await actOnTask(queries, reviewing, name, { reviewer, act: wanted, isSeen, verdicts });
  return answerTask(context, 200, task);
}

function readReviewer({ actor, credential }: Context, { member_id: memberId }: Acting): Reviewer {
  const name = nameOf(credential);
  if (memberId) return { actor, name, memberId: inputId('member', memberId, '/member_id') };
  const own = credential !== null && 'memberId' in credential ? credential.memberId : null;
  return { actor, name, memberId: own };
}

function nameOf(credential: Context['credential']): string | null {
  return credential !== null && 'name' in credential ? credential.name : null;
}

function taskName({ orgId, credential }: Context, id: string): TaskName {
  return { orgId, id: pathId('review', id), scope: scopeOfTasks(credential) };
}

/** Whether a version is the one that the caller has seen, by the header and by the body. */
function readVersions(ifMatch: string | undefined, inBody: number | undefined): (version: number) => boolean {
  const isSeen = readIfMatch(ifMatch);
  return (version) => isSeen(String(version)) && (inBody === undefined || inBody === version);
}

const answers = { 200: { description: 'The task as it is now', schema: ReviewDetail } };

export const approve = (reviewing: Reviewing) =>
  operation({
    id: 'approveReview',
    summary: 'Approve a review task',
    group,
    takes: {
      params: IdParams,
      body: Closed({ comment: Comment, member_id: MemberId, version: Version }),
      bodyOptional: true,
      ifMatch: true,
    },
    answers,
    runs: 'write',
    handle: (context, input) =>
      act(reviewing, context, input, {
        wanted: { kind: 'approve', comment: input.body.comment ?? null },
      }),
  });

export const reject = (reviewing: Reviewing) =>
  operation({
    id: 'rejectReview',
    summary: 'Reject a review task',
    group,
    takes: {
      params: IdParams,
      body: Closed({
        reason: Text(4_000, { minLength: 1, examples: ['Not covered by the terms'] }),
        member_id: MemberId,
        version: Version,
      }),
      ifMatch: true,
    },
    answers,
    runs: 'write',
    handle: (context, input) =>
      act(reviewing, context, input, { wanted: { kind: 'reject', reason: input.body.reason } }),
  });

export const revise = (reviewing: Reviewing) =>
  operation({
    id: 'reviseReview',
    summary: 'Revise the content of a review task, and approve it',
    description:
      'Send the whole revised content. Where the workflow requires several approvals, this is the first of a new round.',
    group,
    takes: {
      params: IdParams,
      body: Closed({ content: Content, comment: Comment, member_id: MemberId, version: Version }),
      bodyLimit: contentLimit + 65_536,
      exactMembers: ['content'],
      ifMatch: true,
    },
    answers: { ...answers, refusals: [429] },
    runs: 'write',
    prepare({ params, raw }, { queries, orgId }) {
      const name = { orgId, id: pathId('review', params.id) };
      return judgeRevision(queries, reviewing, name, readContent(raw));
    },
    handle(context, input, verdicts) {
      const { comment = null } = input.body;
      const content = readContent(input.raw);
      return act(reviewing, context, input, { wanted: { kind: 'revise', content, comment }, verdicts });
    },
  });
