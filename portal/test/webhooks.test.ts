import { expect, test } from 'vitest';
import { changed, keys } from '../src/api/cache.ts';
import { typesAmong } from '../src/webhooks/notification-types.ts';
import { attemptInWords, nextAttemptInWords } from '../src/webhooks/plugin-attempts.ts';
import { isCalled, nameOf, type Webhook, wordsOfEvents } from '../src/webhooks/webhook.ts';
import { draftOf, type Field, valuesOf } from '../src/webhooks/webhook-draft.ts';

const webhook: Webhook = {
  ...{ id: 'ep_1', name: null, url: 'https://example.com/hook', events: ['a.b'], enabled: true },
  ...{ disabled_reason: null, disabled_at: null, created_at: '2026-04-06T12:00:00.000Z' },
  ...{ contract: 'standard', description: null, rate_limit: 5, timeout_seconds: 30 },
};
const every: readonly Field[] = ['url', 'events', 'contract', 'description', 'limits', 'headers'];

test('a webhook is called by its name, or else by its URL, and is found by both', () => {
  expect([nameOf(webhook), nameOf({ ...webhook, name: 'Lamp' })]).toEqual([webhook.url, 'Lamp']);
  expect([isCalled(webhook, ' EXAMPLE '), isCalled(webhook, 'ep_1'), isCalled(webhook, 'lamp')]).toEqual([
    true,
    true,
    false,
  ]);
  expect([wordsOfEvents(['*', 'a.b']), wordsOfEvents(['a.b', 'c.*'])]).toEqual(['All events', 'a.b, c.*']);
});

test('an untouched form changes nothing but what it shows', () => {
  expect(valuesOf(draftOf(webhook, []), every, webhook)).toEqual({
    ...{ name: null, url: webhook.url, events: ['a.b'], description: null, rate_limit: 5 },
  });
});

test('what was filled in is answered, and nothing that the form does not ask for', () => {
  const draft = {
    ...draftOf(undefined, ['*']),
    ...{ url: ' https://example.com/new ', name: ' New ', contract: 'fluxo', timeout: 10, rateLimit: '' },
    headers: [
      { number: 1, name: 'X-Api-Key', value: 'k' },
      { number: 2, name: '', value: 'without a name' },
    ],
  };
  expect(valuesOf(draft, every)).toEqual({
    ...{ url: 'https://example.com/new', name: 'New', events: ['*'], contract: 'fluxo', description: null },
    ...{ headers: { 'X-Api-Key': 'k' }, rate_limit: null, timeout_seconds: 10 },
  });
  expect(valuesOf(draft, ['url', 'events'])).toEqual({
    ...{ name: 'New', url: 'https://example.com/new', events: ['*'] },
  });
});

test('notification types keep the order in which they are offered', () => {
  expect(typesAmong(['system', 'blocker', 'other'])).toEqual(['blocker', 'system']);
});

test('an attempt of the plugin says which it was and what follows', () => {
  const attempt = (number: number, event = 'job.closed') => ({ event, attempt: number });
  expect([attempt(1), attempt(5), attempt(1, 'webhook.test')].map(attemptInWords)).toEqual([
    '1 of at most 4',
    '5, by hand',
    '1; tests are sent once',
  ]);
  expect([attempt(2), attempt(4)].map(nextAttemptInWords)).toEqual([
    'The next attempt is due after 1 minute.',
    'No further attempt is due.',
  ]);
});

test('a change names what shows it: a member’s webhook is also one of all endpoints', () => {
  const stale = changed.webhook('mine', 'ep_1');
  for (const source of ['mine', 'endpoints'] as const) {
    expect(stale).toContainEqual(keys.webhooks.one(source, 'ep_1'));
    expect(stale).toContainEqual(keys.webhooks.lists(source));
  }
  expect(stale).not.toContainEqual(keys.webhooks.lists('integrations'));
  expect(stale).not.toContainEqual(keys.deliveries.lists);
  expect(changed.sending('mine', 'ep_1')).toContainEqual(keys.deliveries.lists);
  expect(changed.webhooks('endpoints')).toEqual([keys.webhooks.lists('endpoints')]);
});

test('the keys of lists begin with the key that stands for all of them', () => {
  const begins = (key: readonly unknown[], start: readonly unknown[]) =>
    start.every((part, index) => key[index] === part);
  expect(begins(keys.webhooks.list('plugin', { page: 2 }), keys.webhooks.lists('plugin'))).toBe(true);
  expect(begins(keys.webhooks.log('mine', 'ep_1', 3), keys.webhooks.logs('mine', 'ep_1'))).toBe(true);
  expect(begins(keys.deliveries.list({}), keys.deliveries.lists)).toBe(true);
  expect(begins(keys.apps.list('every'), keys.apps.lists)).toBe(true);
  expect(begins(keys.notifications.list('unread'), keys.notifications.all)).toBe(true);
});
