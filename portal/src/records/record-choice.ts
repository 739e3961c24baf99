import type { RecordType } from '@sluice/client';
import { recordActions, typeOf } from './record-types.ts';

/** Which changes to records a webhook asks for, as its form ticks them. */
export interface RecordChoice {
  readonly everything: boolean;
  /** Names such as `crm.account.update`. */
  readonly chosen: ReadonlySet<string>;
  /** What is no action of a record type: prefixes, and types of other kinds. */
  readonly others: readonly string[];
}

/** Sorts the events of an endpoint into what the form can tick and what it can only keep. */
export function readChoice(events: readonly string[], recordTypes: readonly RecordType[]): RecordChoice {
  const offered = new Map(recordTypes.map((type) => [typeOf(type), namesOf(typeOf(type))]));
  const every = new Set([...offered.values()].flat());
  const chosen = events.flatMap((event) => {
    const whole = event.endsWith('.*') ? offered.get(event.slice(0, -2)) : undefined;
    return whole ?? (every.has(event) ? [event] : []);
  });
  const others = events.filter(
    (event) => event !== '*' && !every.has(event) && !offered.has(event.replace(/\.\*$/, '')),
  );
  return { everything: events.includes('*'), chosen: new Set(chosen), others };
}

/** The events that a choice stands for; a model with all its actions is one prefix. */
export function eventsOf({ everything, chosen, others }: RecordChoice): string[] {
  if (everything) return ['*'];
  const types = new Set([...chosen].map((name) => name.slice(0, name.lastIndexOf('.'))));
  const patterns = [...types].flatMap((type) => {
    const names = namesOf(type);
    return names.every((name) => chosen.has(name)) ? [`${type}.*`] : names.filter((name) => chosen.has(name));
  });
  return [...patterns, ...others];
}

export function namesOf(type: string): string[] {
  return recordActions.map((action) => `${type}.${action}`);
}
