import { type Static, Type } from 'typebox';
import { publicId } from '../../base/ids.ts';
import { moduleKind } from '../../features/evaluations/ids.ts';
import { createModule, listModules, type ModuleRow } from '../../features/evaluations/rule-modules.ts';
import { checkRules } from '../../features/evaluations/rule-runner.ts';
import type { Rule as RuleOfModule } from '../../features/evaluations/rules.ts';
import { Closed, IdOf, OrNull, Text, Timestamp } from '../../http/fields.ts';
import { operation } from '../../http/operation.ts';
import { PageQuery, readPage } from '../../http/page.ts';

const Rule = Closed({
  code: Type.String({ pattern: '^[A-Za-z0-9._:-]{1,64}$', examples: ['ACCESS-2'] }),
  description: Type.Optional(Text(2_000)),
  schema: Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Boolean()], {
    description: "JSON Schema (draft 2020-12) that a scenario's input must satisfy",
    examples: [{ type: 'object', required: ['lift'] }],
  }),
});

const Module = Type.Object({
  id: IdOf(moduleKind),
  name: Type.String(),
  description: OrNull(Type.String()),
  rules: Type.Array(Type.Object({ code: Type.String(), description: Type.String(), schema: Type.Unknown() })),
  created_at: Timestamp,
});

function rulesOf(rules: readonly Static<typeof Rule>[]): RuleOfModule[] {
  return rules.map(({ code, description = '', schema }) => ({ code, description, schema }));
}

function show(row: ModuleRow): Static<typeof Module> {
  return {
    id: publicId(moduleKind, row.id),
    name: row.name,
    description: row.description,
    rules: JSON.parse(row.rules),
    created_at: row.created_at.toISOString(),
  };
}

const group = 'FlowBeacon: evaluations';

export const create = operation({
  id: 'flowbeaconCreateModule',
  summary: 'Create a module of rules',
  description: 'Modules never change, so that results can always be explained; make a new one instead.',
  group,
  takes: {
    body: Closed({
      name: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9 ._:-]{0,63}$', examples: ['access'] }),
      description: Type.Optional(OrNull(Text(2_000))),
      rules: Type.Array(Rule, { minItems: 1, maxItems: 100 }),
    }),
    bodyLimit: 262_144,
  },
  answers: { 200: { description: 'The module', schema: Module } },
  runs: 'write',
  prepare: ({ body }, { orgId }) => checkRules(orgId, rulesOf(body.rules)),
  async handle({ queries, orgId, clock, audit }, { body }) {
    const row = await createModule(queries, clock, orgId, {
      name: body.name,
      description: body.description ?? null,
      rules: rulesOf(body.rules),
    });
    const target = publicId(moduleKind, row.id);
    await audit({
      action: 'module.created',
      target,
      details: { name: row.name, rules: row.rule_count },
    });
    return { status: 200, body: show(row) };
  },
});

export const list = operation({
  id: 'flowbeaconListModules',
  summary: 'List modules, newest first',
  description: '`meta.next_cursor` leads to the next page; it is null on the last one.',
  group,
  takes: { query: PageQuery },
  answers: { 200: { description: 'A page', schema: Type.Array(Module) } },
  runs: 'read',
  async handle(context, { query }) {
    const { rows, nextCursor } = await readPage(context, query, {
      name: 'modules',
      read: (page) => listModules(context.queries, context.orgId, page),
      position: ({ id }) => id,
    });
    return { status: 200, body: rows.map(show), meta: { next_cursor: nextCursor } };
  },
});
