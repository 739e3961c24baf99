import { type Static, Type } from 'typebox';
import { memberBytes } from '../../../api/event-input.ts';
import { invalidInput, SluiceError } from '../../../base/errors.ts';
import { publicId } from '../../../base/ids.ts';
import type { Judging } from '../../../events/judging.ts';
import {
  given,
  IdOf,
  IdParams,
  inputId,
  inputTime,
  Metadata,
  OrNull,
  pathId,
  Text,
  Timestamp,
} from '../../../http/fields.ts';
import { readIfMatch } from '../../../http/if-match.ts';
import { type Answer, type Context, type Input, operation } from '../../../http/operation.ts';
import { PageOf, PageQuery, pageOf, readCursor } from '../../../http/page.ts';
import { Verdicts } from '../../../schemas/questions.ts';
import { type Act, actOnTask, type Reviewer } from '../act.ts';
import { announcements } from '../announce.ts';
import type { ReviewTools } from '../change.ts';
import { listHistory } from '../history.ts';
import { judgeRevision } from '../revised-data.ts';
import { createTask, getTask, listTasks, positionOf, type Task } from '../tasks.ts';
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
const closed = { additionalProperties: false };
const MemberId = Type.Optional(
  OrNull(
    Type.String({
      ...IdOf('member'),
      description: 'The member on whose behalf the key acts; it is written down with the key',
    }),
  ),
);
const Version = Type.Optional(
  Type.Integer({ minimum: 1, description: 'The version that was seen; another one is refused' }),
);
const Comment = Type.Optional(OrNull(Text(4_000)));
const Content = Type.Unknown({
  description: 'Any JSON up to 256 KiB; kept as the bytes received',
  examples: [{ order: 'in_42', amount: 40 }],
});

const Create = Type.Object(
  {
    workflow_id: IdOf('workflow'),
    queue_id: Type.Optional(OrNull(IdOf('queue'))),
    title: Text(500, { minLength: 1, examples: ['Refund of 40 EUR'] }),
    content: Content,
    content_type: Type.Optional(
      OrNull(
        Type.String({
          pattern: '^[A-Za-z0-9!#$&^_.+-]{1,127}/[A-Za-z0-9!#$&^_.+-]{1,127}$',
          description:
            'How to show the content: a media type. A string of `text/markdown` is shown as Markdown',
          examples: ['text/markdown'],
        }),
      ),
    ),
    priority: Type.Optional(Priority),
    assignee: Type.Optional(OrNull(IdOf('member'))),
    expires_at: Type.Optional(
      Type.Union([Timestamp, Type.Null()], { description: 'As the workflow says, if left out; null: never' }),
    ),
    metadata: Type.Optional(Metadata),
  },
  closed,
);

/** The exact text of the content in the body. */
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

export const list = operation({
  id: 'listReviews',
  summary: 'List review tasks',
  description: 'Newest first, or the most urgent first and the oldest among those. Without their content.',
  group,
  takes: {
    query: Type.Object(
      {
        ...PageQuery.properties,
        workflow_id: Type.Optional(IdOf('workflow')),
        queue_id: Type.Optional(IdOf('queue')),
        status: Type.Optional(Status),
        assignee: Type.Optional(IdOf('member')),
        order: Type.Enum(['newest', 'urgency'], { default: 'newest' }),
      },
      closed,
    ),
  },
  answers: { 200: { description: 'A page', schema: PageOf(Review) } },
  runs: 'read',
  async handle({ queries, orgId, credential, sealer }, { query }) {
    const name = { sealer, list: `reviews ${query.order}`, orgId };
    const filter = given({
      workflowId:
        query.workflow_id === undefined ? undefined : inputId('workflow', query.workflow_id, '?workflow_id'),
      queueId: query.queue_id === undefined ? undefined : inputId('queue', query.queue_id, '?queue_id'),
      status: query.status,
      assigneeId: query.assignee === undefined ? undefined : inputId('member', query.assignee, '?assignee'),
    });
    const page = { order: query.order, after: readCursor(name, query.cursor), limit: query.limit + 1 };
    const tasks = await listTasks(queries, orgId, scopeOfTasks(credential), filter, page);
    const shown = await showTasks(queries, orgId, tasks);
    return { status: 200, body: pageOf(name, tasks, query.limit, positionOf, (task) => shown.get(task)) };
  },
});

export const create = (reviewing: Reviewing) =>
  operation({
    id: 'createReview',
    summary: 'Ask for a review',
    group,
    takes: { body: Create, bodyLimit: contentLimit + 65_536, exactMembers: ['content'], refers: true },
    answers: { 201: { description: 'The task', schema: ReviewDetail } },
    runs: 'write',
    async handle(context, { body, raw }) {
      const { queries, orgId, actor, credential, clock, audit } = context;
      const expiresAt =
        typeof body.expires_at === 'string' ? inputTime(body.expires_at, '/expires_at') : body.expires_at;
      if (expiresAt && expiresAt.getTime() <= clock.now())
        throw invalidInput('/expires_at', 'This time has passed.');
      const input = {
        workflowId: inputId('workflow', body.workflow_id, '/workflow_id'),
        queueId: body.queue_id ? inputId('queue', body.queue_id, '/queue_id') : null,
        title: body.title,
        content: readContent(raw),
        contentType: body.content_type ?? null,
        priority: body.priority ?? 'normal',
        assigneeId: body.assignee ? inputId('member', body.assignee, '/assignee') : null,
        metadata: body.metadata ?? {},
        expiresAt,
        source: null,
      };
      const name = credential !== null && 'name' in credential ? credential.name : null;
      const task = await createTask(queries, clock, orgId, input, {
        actor: actor.name,
        actor_name: name,
        ip: actor.ip,
      });
      await audit({
        action: 'review.created',
        target: publicId('review', task.id),
      });
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
    const { queries, orgId, credential } = context;
    const name = { orgId, id: pathId('review', params.id), scope: scopeOfTasks(credential) };
    return answerTask(context, 200, await getTask(queries, name));
  },
});

export const history = operation({
  id: 'listReviewHistory',
  summary: 'What was done to a review task, oldest first',
  description:
    'Append-only; one entry for each version. The entry with which the task stopped being pending is its decision.',
  group,
  takes: { params: IdParams, query: PageQuery },
  answers: { 200: { description: 'A page', schema: PageOf(Entry) } },
  runs: 'read',
  async handle({ queries, orgId, credential, sealer }, { params, query }) {
    const task = await getTask(queries, {
      orgId,
      id: pathId('review', params.id),
      scope: scopeOfTasks(credential),
    });
    const name = { sealer, list: `review history ${task.id}`, orgId };
    const rows = await listHistory(queries, task, {
      after: Number(readCursor(name, query.cursor) ?? 0),
      limit: query.limit + 1,
    });
    const page = pageOf(
      name,
      rows,
      query.limit,
      (row) => String(row.version),
      (row) => entryText(row, credential),
    );
    return {
      status: 200,
      text: `{"data":[${page.data.join(',')}],"next_cursor":${JSON.stringify(page.next_cursor)}}`,
    };
  },
});

/** What it takes to act on tasks and to tell about it. */
export type Reviewing = Judging & ReviewTools;

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
  const { queries, orgId, credential } = context;
  const name = { orgId, id: pathId('review', params.id), scope: scopeOfTasks(credential) };
  if (credential?.kind === 'embed' && body.member_id) {
    await getTask(queries, name);
    throw invalidInput('/member_id', 'An embed token acts as the member that it was made for, or as itself.');
  }
  const isSeen = readVersions(ifMatch, body.version);
  const reviewer = readReviewer(context, body);
  const { task } = await actOnTask(queries, reviewing, name, { reviewer, act: wanted, isSeen, verdicts });
  return answerTask(context, 200, task);
}

function readReviewer({ actor, credential }: Context, { member_id: memberId }: Acting): Reviewer {
  if (credential?.kind === 'embed') {
    return { actor, name: credential.name, memberId: credential.memberId };
  }
  const name = credential !== null && 'name' in credential ? credential.name : null;
  if (memberId) return { actor, name, memberId: inputId('member', memberId, '/member_id') };
  return { actor, name, memberId: credential?.kind === 'member' ? credential.memberId : null };
}

/** What the caller has seen, by header and by body; both have to hold. */
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
      body: Type.Object({ comment: Comment, member_id: MemberId, version: Version }, closed),
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
      body: Type.Object(
        {
          reason: Text(4_000, { minLength: 1, examples: ['Not covered by the terms'] }),
          member_id: MemberId,
          version: Version,
        },
        closed,
      ),
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
    summary: 'Change what is under review, and approve it so',
    description:
      'The whole content as it should be. Where a workflow asks for several approvals, a new round begins with this one.',
    group,
    takes: {
      params: IdParams,
      body: Type.Object(
        { content: Content, comment: Comment, member_id: MemberId, version: Version },
        closed,
      ),
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
