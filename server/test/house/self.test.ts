import { describe, expect, test } from 'vitest';
import { renderErrorsPage } from './errors-page.ts';
import { findEnvironmentReaders, findLongFiles, findMarks } from './habits.ts';
import { findCycles, importsOf } from './imports.ts';
import { findKnownNames } from './names.ts';
import { type SourceFile, withoutComments } from './source.ts';
import { findDisputedTables, tablesMadeBy } from './tables.ts';
import { findForbiddenImports } from './walls.ts';
import { findRetiredWords } from './words.ts';

const file = (path: string, text: string): SourceFile => ({ path, text });
const inRoom = (room: string, text: string) => file(`server/src/${room}/some.ts`, text);

/** The words that the checks look for, spelt so that they don't find them here. */
const undone = ['TO', 'DO'].join('');
const skip = ['.sk', 'ip('].join('');

describe('reading sources', () => {
  test('comments go, strings, templates and patterns stay', () => {
    const text =
      "a('//x'); // gone\nconst b = /\\/\\*['\"]/; /* gone\n too */ c(`${d({ e: `//${f}` })} /* stays */`);";
    const kept = withoutComments(file('a.ts', text));
    expect(kept).not.toContain('gone');
    expect(kept).not.toContain('too');
    expect(kept).toContain("a('//x');");
    expect(kept).toContain('/\\/\\*[\'"]/;');
    expect(kept).toContain('c(`${d({ e: `//${f}` })} /* stays */`);');
    expect(kept.split('\n')).toHaveLength(3);
  });

  test('finds every form of import', () => {
    const text = `
      import a from './a.ts';
      import type { B } from "../b.ts";
      import {
        c,
        type D,
      } from '@sluice/contracts/node';
      import 'e';
      export * from './f.ts';
      export type { G } from './g.ts';
      const h = await import('./h.ts');
      let i: import('fastify').FastifyInstance;
      // import x from './commented.ts';
      const meta = import.meta.url;
    `;
    const found = importsOf(file('server/src/api/some.ts', text)).map((target) =>
      target.kind === 'file' ? target.path : target.kind === 'package' ? target.name : '?',
    );
    expect(found.sort()).toEqual(
      [
        '@sluice/contracts',
        'e',
        'fastify',
        ...['a', 'f', 'g', 'h'].map((name) => `server/src/api/${name}.ts`),
        'server/src/b.ts',
      ].sort(),
    );
  });
});

describe('walls', () => {
  test.each([
    [
      'upward',
      inRoom('events', "import type { Route } from '../api/routes.ts';"),
      'events may not import api',
    ],
    [
      'between api and worker',
      inRoom('api', "import { loop } from '../worker/loop.ts';"),
      'api may not import worker',
    ],
    ['of http by another room', inRoom('worker', "import '../http/page.ts';"), 'worker may not import http'],
    ['of the framework', inRoom('deliveries', "import type { X } from 'fastify';"), 'may not know fastify'],
    [
      'of its plug-ins',
      inRoom('tenants', "import x from '@fastify/cookie';"),
      'may not know @fastify/cookie',
    ],
    [
      'of another feature',
      inRoom('features/apps', "import x from '../reviews/rules.ts';"),
      'may not import another one',
    ],
    [
      'of contracts by tenants',
      inRoom('tenants', "import x from '@sluice/contracts';"),
      'may not import @sluice/contracts',
    ],
    [
      'by path into a workspace',
      inRoom('products', "import x from '../../../contracts/src/index.ts';"),
      'by its path',
    ],
    ['of anything by contracts', file('contracts/src/sign.ts', "import x from 'undici';"), 'not even undici'],
    [
      'of the server by e2e',
      file('e2e/some.test.ts', "import x from '../server/src/main.ts';"),
      'by its path',
    ],
    [
      'of products by features',
      inRoom('features/apps', "import x from '../../products/presets.ts';"),
      'features may not import products',
    ],
    [
      'of features by the engine',
      inRoom('db', "import type { T } from '../features/apps/tables.ts';"),
      'db may not import features',
    ],
    [
      'of a resource by the door',
      inRoom('http', "import x from '../events/view.ts';"),
      'http may not import events',
    ],
    ['by a type', inRoom('tenants', "let x: import('../api/keys.ts').Key;"), 'tenants may not import api'],
    [
      'by a generated file',
      file('client/src/api.gen.ts', "import x from '@sluice/server';"),
      'client may not import @sluice/server',
    ],
    ['that is computed', inRoom('db', 'await import(name);'), 'computed at run time'],
    ['from an unknown room', inRoom('helpers', ''), 'not in the table'],
  ])('stop an import %s', (_, source, objection) => {
    expect(findForbiddenImports([source])).toEqual([expect.stringContaining(objection)]);
  });

  test('let through what the table allows', () => {
    const allowed = [
      inRoom('http', "import fastify from 'fastify';"),
      inRoom('api', "import { page } from '../http/page.ts';"),
      inRoom(
        'products/acme',
        "import x from '@sluice/contracts';\nimport y from '../../features/apps/manifest.ts';",
      ),
      inRoom('features/apps', "import x from './manifest.ts';\nimport y from '../../events/publish.ts';"),
      file('doctor/src/diagnose.ts', "import { sign } from '@sluice/contracts';"),
      file('server/src/main.ts', "import x from './api/routes.ts';"),
    ];
    expect(findForbiddenImports(allowed)).toEqual([]);
  });

  test('each feature has a folder', () => {
    const [objection] = findForbiddenImports([file('server/src/features/apps.ts', '')]);
    expect(objection).toContain('lies in the folder of no feature');
  });

  test('a ring of files is found once, types included', () => {
    const ring = [
      file('server/src/db/a.ts', "import './b.ts';"),
      file('server/src/db/b.ts', "import type { C } from './c.ts';\nimport './d.ts';"),
      file('server/src/db/c.ts', "export * from './a.ts';"),
      file('server/src/db/d.ts', ''),
    ];
    expect(findCycles(ring)).toEqual([
      'server/src/db/a.ts → server/src/db/b.ts → server/src/db/c.ts → server/src/db/a.ts',
    ]);
    expect(findCycles(ring.slice(1))).toEqual([]);
  });
});

describe('tables', () => {
  const schema = [
    file('server/sql/1.sql', 'create table keys (id uuid);\ncreate table if not exists bodies (id uuid);'),
  ];
  const keys = inRoom('tenants', "db.insertInto('keys').values(x)");
  const bodies = inRoom('deliveries', 'sql`insert into bodies (id) values (1)`');
  const disputes = (...sources: SourceFile[]) => findDisputedTables(sources, schema, {});

  test('one writer for each is fine', () => {
    expect(disputes(keys, bodies)).toEqual([]);
  });

  test.each([
    ['Kysely', "db\n  .updateTable('keys as k')"],
    ['an update', 'sql`with x as (update keys k\n set a = 1) select 1`'],
    ['a delete', 'const text = `DELETE FROM keys WHERE id = 1`;'],
  ])('a second owner is found in %s', (_, text) => {
    expect(disputes(keys, bodies, inRoom('events', text))).toEqual(['keys is written by events and tenants']);
  });

  test('reading, locking and comments own nothing', () => {
    const reader = inRoom(
      'events',
      '// insert into keys\nsql`select 1 from keys for update of keys -- update keys set\n on conflict do update set a = 1`',
    );
    expect(disputes(keys, bodies, reader)).toEqual([]);
  });

  test('tables that no room writes, unknown tables and hidden names are found', () => {
    expect(disputes(keys)).toEqual(['bodies is written by no room']);
    expect(findDisputedTables([keys], schema, { bodies: 'kept for later' })).toEqual([]);
    expect(findDisputedTables([keys, bodies], schema, { bodies: 'kept for later' })).toHaveLength(1);
    expect(disputes(keys, bodies, inRoom('db', 'sql`delete from nothing`'))[0]).toContain(
      'no migration makes it',
    );
    expect(disputes(keys, bodies, inRoom('db', 'sql`delete from ${sql.table(name)}`'))[0]).toContain(
      'put together',
    );
    expect(disputes(keys, bodies, inRoom('db', 'db.deleteFrom(name)'))[0]).toContain('put together');
  });

  test('partitions are no tables of their own', () => {
    const made = tablesMadeBy([
      file('a.sql', 'create table events (id uuid);\ncreate table events_1 partition of events default;'),
    ]);
    expect(made).toEqual(['events']);
  });
});

describe('names', () => {
  test.each([
    ['compared', "if (contract === 'acme') stop();"],
    ['in a template', 'const name = `acme`;'],
    ['as a key', 'const rules = { other: 1, acme: strict };'],
    ['imported', "import { type Contract, acme, sign } from '@sluice/contracts';"],
  ])('a product is found %s', (_, text) => {
    expect(findKnownNames([inRoom('deliveries', text)], ['acme'])).toEqual([
      'server/src/deliveries/some.ts knows acme by its name',
    ]);
  });

  test('its own room, prose and longer names may have it', () => {
    const files = [
      inRoom('products', "const name = 'acme';"),
      inRoom('api', "// 'acme'\nconst detail = 'not acme'; const other = 'acme_two';"),
      inRoom('api', "import { sign } from '@sluice/contracts';\nconst acme = 1;"),
    ];
    expect(findKnownNames(files, ['acme'])).toEqual([]);
  });
});

describe('words', () => {
  test('retired words are found in names, comments, texts and docstrings', () => {
    const found = findRetiredWords([
      file('a.ts', "const stray = 1;\n// Nobody knows\nmoveStrays('anew');"),
      file('b.ts', '/**\n * The same for others.\n */'),
      file('c.md', 'The same for others, in the same form.'),
    ]);
    expect(found).toEqual([
      'a.ts:2 says "Nobody"',
      'a.ts:3 says "Strays"',
      'b.ts has a docstring that begins with "The same for"',
    ]);
  });
});

describe('habits', () => {
  test('long files, marks and readers of the environment are found', () => {
    expect(findLongFiles([file('a.ts', 'x\n'.repeat(401)), file('b.ts', 'x\n'.repeat(400))])).toHaveLength(1);
    expect(findMarks([file('a.ts', `x;\n// ${undone}: later`)])).toEqual([`a.ts:2 says ${undone}`]);
    expect(findMarks([file('a.ts', `test${skip}'x')`)])).toHaveLength(1);
    expect(findMarks([file('a.ts', `// as ${'any'} reader knows\ntest.skipIf(x)(y)`)])).toEqual([]);
    expect(findEnvironmentReaders([inRoom('db', 'const x = process.env.X;')])).toHaveLength(1);
    expect(findEnvironmentReaders([inRoom('db', "import { env } from 'node:process';")])).toHaveLength(1);
    expect(findEnvironmentReaders([inRoom('db', '// process.env is elsewhere\nprocess.pid')])).toEqual([]);
  });

  test('the page of errors has a row for each code', () => {
    const page = renderErrorsPage({ gone: { status: 410, title: 'Gone', remedy: 'Stay | leave.' } });
    expect(page.trimEnd().split('\n').at(-1)).toBe('| `gone` | 410 | Gone | Stay \\| leave. |');
  });
});
