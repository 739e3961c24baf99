import { fluxdesk as contract } from '@sluice/contracts';
import { defaultKeyPrefix } from '../../tenants/keys.ts';
import type { Preset, PresetEventType } from '../preset.ts';

/** The contract puts these members beside those of its envelope, so they must not have the same names. */
const notification = {
  type: 'object',
  required: ['title'],
  properties: {
    title: { type: 'string' },
    body: { type: ['string', 'null'] },
    url: { type: ['string', 'null'] },
    data: { description: 'Any JSON, for programs' },
    version: false,
    type: false,
  },
};

function notificationType(name: string, description: string, example: PresetEventType['example']) {
  return { name, description, schema: notification, example };
}

/** FluxDesk: notifications to members; each one is an event. */
export const fluxdesk: Preset = {
  name: 'fluxdesk',
  title: 'FluxDesk',
  description: "Notifications to an organization's members: each one also goes to their webhooks.",
  contract,
  keyPrefix: defaultKeyPrefix,
  eventTypes: [
    notificationType('task_assigned', 'A request was assigned to a member', {
      title: 'You were given "Renew the certificate"',
      url: 'https://desk.example.com/requests/12',
      data: { request_id: 12 },
    }),
    notificationType('task_status', 'The status of a request changed', {
      title: '"Renew the certificate" is done',
      data: { request_id: 12, from: 'in_progress', to: 'done' },
    }),
    notificationType('blocker', 'A blocker of a request was raised, acknowledged or resolved', {
      title: '"Renew the certificate" is blocked',
      body: 'The registrar does not answer.',
      data: { request_id: 12, state: 'raised' },
    }),
    notificationType('review', 'A request waits for a review, or was reviewed', {
      title: '"Renew the certificate" is ready for review',
      data: { request_id: 12, state: 'waiting' },
    }),
    notificationType('meeting', 'A meeting is about to begin', {
      title: 'Stand-up in 10 minutes',
      data: { meeting_id: 5, starts_at: '2026-04-06T09:00:00.000Z' },
    }),
    notificationType('weekly_digest', 'A summary of the week before', {
      title: 'Your week: 4 requests done, 1 blocked',
      data: { week: '2026-W14', done: 4, blocked: 1 },
    }),
    notificationType('team_support.approved', 'A request for team support was granted', {
      title: 'Team support for "Move the archive" was granted',
      data: { request_id: 14 },
    }),
    notificationType('system', 'An action of FluxDesk itself', {
      title: 'A member joined the team',
      data: { kind: 'membership' },
    }),
  ],
};
