import type { TSchema } from 'typebox';
import type { EndpointRules } from '../life-cycle/create.ts';
import type { ChangeWords, CreateWords, EndpointFamily, ListWords } from './endpoint-family.ts';
import { attemptsOf, deliveriesOf } from './endpoint-log.ts';
import { getOf, listOf, statsOf } from './endpoint-reading.ts';
import { disableOf, enableOf, removeOf, rotateOf, testOf } from './endpoint-verbs.ts';
import { changeOf, createOf } from './endpoint-writing.ts';

/** Makes the operations of a family from its description. */
export function endpointOperations<Create extends TSchema, Change extends TSchema>(
  family: EndpointFamily & {
    readonly list: ListWords;
    readonly create: CreateWords<Create>;
    readonly change: ChangeWords<Change>;
  },
) {
  return {
    list: listOf(family, family.list),
    create: (rules: EndpointRules) => createOf(family, family.create, rules),
    get: getOf(family),
    change: (rules: EndpointRules) => changeOf(family, family.change, rules),
    remove: removeOf(family),
    enable: enableOf(family),
    disable: disableOf(family),
    rotate: rotateOf(family),
    test: testOf(family),
    stats: statsOf(family),
    deliveries: deliveriesOf(family),
    attempts: attemptsOf(family),
  };
}
