import { flowxtra as contract } from '@sluice/contracts';
import { defaultKeyPrefix } from '../../tenants/keys.ts';
import type { Preset, PresetEventType } from '../preset.ts';

const number = { type: 'integer' };
const text = { type: 'string' };

/** The documented fields are promised, so they are required; others may come along. */
function fields(
  name: string,
  description: string,
  properties: Readonly<Record<string, object>>,
  example: PresetEventType['example'],
) {
  return {
    name,
    description,
    schema: { type: 'object', required: Object.keys(properties), properties },
    example,
  };
}

const application = { candidate_job_id: number, job_id: number, email: text };
const job = { job_id: number, title: text, status: text };

/** Flowxtra: recruiting; its events are applications, jobs and meetings. */
export const flowxtra: Preset = {
  name: 'flowxtra',
  title: 'Flowxtra',
  description: 'Recruiting: applications, jobs and meetings, for the webhooks plugin.',
  contract,
  keyPrefix: defaultKeyPrefix,
  eventTypes: [
    fields(
      'application.created',
      'A candidate applied',
      { ...application, first_name: text, last_name: text, stage_id: number },
      {
        candidate_job_id: 42,
        job_id: 7,
        email: 'applicant@example.com',
        first_name: 'Alex',
        last_name: 'Example',
        stage_id: 1,
      },
    ),
    fields(
      'application.stage_changed',
      'An application went to another stage',
      { ...application, new_stage_id: number },
      { candidate_job_id: 42, job_id: 7, new_stage_id: 3, email: 'applicant@example.com' },
    ),
    fields('application.rejected', 'An application was turned down', application, {
      candidate_job_id: 42,
      job_id: 7,
      email: 'applicant@example.com',
    }),
    fields(
      'application.hired',
      'An applicant became a member of the team',
      { ...application, team_member_id: number },
      { candidate_job_id: 42, job_id: 7, team_member_id: 19, email: 'applicant@example.com' },
    ),
    fields('job.published', 'A job went live', job, { job_id: 7, title: 'Backend engineer', status: 'live' }),
    fields('job.closed', 'A job was closed or archived', job, {
      job_id: 7,
      title: 'Backend engineer',
      status: 'closed',
    }),
    fields(
      'meeting.scheduled',
      'A meeting with an applicant was arranged',
      { meet_id: number, candidate_job_id: number, scheduled_at: text, type: text },
      { meet_id: 88, candidate_job_id: 42, scheduled_at: '2026-04-08T09:00:00+00:00', type: 'zoom' },
    ),
  ],
};
