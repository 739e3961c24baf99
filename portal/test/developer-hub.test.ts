import { SluiceProblem } from '@sluice/client';
import { expect, test } from 'vitest';
import { draftAfter, draftOf, manifestOf, readManifest } from '../src/developer-hub/manifest-draft.ts';
import { problemAt, problemsOf } from '../src/developer-hub/manifest-problems.ts';
import { compareScopes, type Scope, wordsOfScope } from '../src/developer-hub/scopes.ts';

const scope = (model: string, access: 'read' | 'write', fields: string[] | null): Scope => ({
  module: 'crm',
  model,
  access,
  fields,
  name: `crm.${model}:${access}`,
});

test('scopes are compared model by model, what asks for more first', () => {
  const before = [
    scope('account', 'read', ['name']),
    scope('deal', 'write', null),
    scope('lead', 'read', null),
    scope('note', 'read', ['text']),
    scope('task', 'write', ['title']),
  ];
  const after = [
    scope('account', 'write', ['name', 'email']),
    scope('call', 'read', null),
    scope('deal', 'read', null),
    scope('note', 'read', ['text']),
    scope('task', 'read', ['title', 'due']),
  ];
  expect(compareScopes(before, after).map(({ type, kind }) => [type, kind])).toEqual([
    ['crm.call', 'added'],
    ['crm.account', 'widened'],
    ['crm.task', 'changed'],
    ['crm.deal', 'narrowed'],
    ['crm.lead', 'removed'],
    ['crm.note', 'unchanged'],
  ]);
});

test('what a scope allows is said in words', () => {
  expect(wordsOfScope(scope('lead', 'read', null))).toBe('See crm.lead records with every field');
  expect(wordsOfScope(scope('lead', 'write', ['a', 'b', 'c']))).toBe(
    'See, create, change and delete crm.lead records, of each only a, b and c',
  );
});

test('a manifest goes through its form without losing anything', () => {
  const manifest = {
    version: '2.0.0',
    scopes: [
      { module: 'crm', model: 'account', access: 'write' as const, fields: ['name'] },
      { module: 'crm', model: 'lead', access: 'read' as const },
    ],
    webhooks: [
      { module: 'crm', model: 'lead', actions: ['create' as const], url: 'https://example.com/leads' },
    ],
  };
  expect(manifestOf(draftOf(manifest))).toEqual(manifest);
  expect(readManifest(JSON.stringify(manifest))).toEqual(manifest);
});

test('a text that the form cannot show says why', () => {
  expect(readManifest('{')).toMatch(/JSON/);
  expect(readManifest('{"version":"1.0.0","scopes":[{"module":"crm"}]}')).toMatch(/^it has no version/);
});

test('the next version begins with the manifest of the latest one', () => {
  expect(draftAfter(undefined)).toMatchObject({ version: '1.0.0', webhooks: [] });
  const latest = { app_id: 'app_1', created_by: 'Mia', created_at: '', scopes: [], webhooks: [] };
  expect(draftAfter({ ...latest, version: '1.2.3' }).version).toBe('1.3.0');
  expect(draftAfter({ ...latest, version: '1.2.3-beta' }).version).toBe('');
});

test('a refusal is shown at its places; a missing scope says what to do', () => {
  const refused = (code: string) =>
    new SluiceProblem(
      {
        ...{ type: 'about:blank', title: 'Refused', status: 422, code, remedy: '' },
        detail: 'The webhook needs the scope crm.lead:read.',
        errors: [
          { pointer: '/webhooks/0', detail: 'crm.lead:read' },
          { pointer: '?x', detail: 'not of the body' },
        ],
      },
      null,
    );
  const problems = problemsOf(refused('missing_scope'));
  expect(problems).toEqual([
    { pointer: '/webhooks/0', detail: 'The webhook needs the scope crm.lead:read.' },
  ]);
  expect(problemsOf(refused('invalid_input'))[0]?.detail).toBe('crm.lead:read');
  expect([problemAt(problems, '/webhooks'), problemAt(problems, '/webhooks', true)]).toEqual([
    null,
    'The webhook needs the scope crm.lead:read.',
  ]);
  expect(problemsOf(new Error('away'))).toEqual([]);
});
