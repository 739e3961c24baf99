import { fluxdesk as contract } from '@sluice/contracts';
import { defaultKeyPrefix } from '../../tenants/keys.ts';
import type { Preset, PresetEventType } from '../preset.ts';

/** The members lie flat in the request's body, so they may not shadow those of the envelope. */
const notification = {
  type: 'object',
  required: ['title'],
  properties: {
    title: { type: 'string' },
    body: { type: ['string', 'null'] },
    url: { type: ['string', 'null'] },
    data: { description: 'What a program needs beside the text: any JSON' },
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
    notificationType('task_assigned', 'Somebody was given a request', {
      title: 'You were given "Renew the certificate"',
      url: 'https://desk.example.com/requests/12',
      data: { request_id: 12 },
    }),
    notificationType('task_status', "A request's status changed, for those who take part in it", {
      title: '"Renew the certificate" is done',
      data: { request_id: 12, from: 'in_progress', to: 'done' },
    }),
    notificationType('blocker', 'Something blocks a request, was taken notice of, or no longer does', {
      title: '"Renew the certificate" is blocked',
      body: 'The registrar does not answer.',
      data: { request_id: 12, state: 'raised' },
    }),
    notificationType('review', 'A request is waiting for review, or came back from it', {
      title: '"Renew the certificate" is ready for review',
      data: { request_id: 12, state: 'waiting' },
    }),
    notificationType('meeting', 'A meeting is about to begin', {
      title: 'Stand-up in 10 minutes',
      data: { meeting_id: 5, starts_at: '2026-04-06T09:00:00.000Z' },
    }),
    notificationType('weekly_digest', 'What happened in the week before', {
      title: 'Your week: 4 requests done, 1 blocked',
      data: { week: '2026-W14', done: 4, blocked: 1 },
    }),
    notificationType('team_support.approved', 'A request for team support was granted', {
      title: 'Team support for "Move the archive" was granted',
      data: { request_id: 14 },
    }),
    notificationType('system', 'Something that FluxDesk did by itself', {
      title: 'A member joined the team',
      data: { kind: 'membership' },
    }),
  ],
};
