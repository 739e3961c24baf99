import type { Attempt, Endpoint, EndpointStats, Page } from '@sluice/client';
import type { ComponentType, ReactNode } from 'react';
import { holds, useMe } from '../api/session.ts';
import type { StatsSource } from '../api/use-stats.ts';
import type { SampleDescription } from './verify-sample.tsx';
import type { Webhook } from './webhook.ts';
import type { Field, WebhookValues } from './webhook-draft.ts';

/**
 * One kind of webhook: whose they are, how the API is asked for them, which fields their form has, and the words that
 * people know them by. The list, the page, the form, the log, the test and the rotation are written once and take it.
 */
export interface WebhookFamily<Item extends Webhook = Endpoint> extends StatsSource {
  readonly words: FamilyWords;
  /** Where the list is; a webhook's own page is below it. */
  readonly path: `/${string}`;
  /** Rows lead to a page for each webhook. Cards hold everything themselves: for the few that one person has. */
  readonly arrangement: 'rows' | 'cards';
  /** Left out where each member has their own. */
  readonly access?: FamilyAccess;
  /** Whether a switch enables and disables them; otherwise buttons do, which ask first. */
  readonly switched?: boolean;

  list(cursor: { readonly cursor?: string }): Promise<Page<Item>>;
  get(id: string): Promise<Item>;
  create(values: WebhookValues): Promise<Item & { readonly secret: string }>;
  change(webhook: Item, values: WebhookValues): Promise<unknown>;
  remove(id: string): Promise<unknown>;
  enable(id: string): Promise<unknown>;
  disable(id: string): Promise<unknown>;
  rotate?(id: string): Promise<NewSigningSecret>;
  test(id: string): Promise<TestOutcome>;
  stats?(id: string): Promise<EndpointStats>;

  /** What the reader may do with one of them besides changing it; left out: everything. */
  allows?(webhook: Item): { readonly rotate: boolean; readonly remove: boolean };
  readonly form: FamilyForm<Item>;
  /** What it asks for, in a line. */
  eventsOf(webhook: Item): ReactNode;
  /** What else there is to say about it in a list. */
  readonly RowNote?: ComponentType<{ readonly webhook: Item }>;
  /** How it is set, on its own page. */
  readonly Settings?: ComponentType<{ readonly webhook: Item }>;
  /** What it was sent. */
  readonly Log: ComponentType<{ readonly webhook: Item }>;
  /** What receivers have to check. */
  readonly sample?: SampleDescription;
}

/** What is about one webhook of a family. */
export interface OfFamily<Item extends Webhook> {
  readonly family: WebhookFamily<Item>;
  readonly webhook: Item;
}

export interface FamilyWords {
  /** "endpoint" and "an endpoint". */
  readonly one: string;
  readonly anyOne: string;
  readonly title: string;
  readonly description: string;
  /** What the page belongs to, above its title. */
  readonly place?: string;
  /** A heading of the list, with the button that adds to it, where the page is about more than the list. */
  readonly section?: { readonly title: string; readonly description: string };
  /** What one is for, where there are none. */
  readonly purpose: string;
  readonly secretNote?: string;
  /** What follows from a new secret, where one can be had, and from deleting a webhook. */
  readonly rotation?: string;
  readonly removal: string;
}

export interface FamilyAccess {
  readonly read: string;
  readonly write: string;
  /** "webhooks of the organization", and who looks after them. */
  readonly what: string;
  readonly holders?: string;
  /** What there is for those who may not read them. */
  readonly instead?: ReactNode;
}

export interface FamilyForm<Item> {
  /** @param webhook left out where one is added */
  fields(webhook: Item | undefined): readonly Field[];
  readonly urlDescription: string;
  readonly urlPlaceholder: string;
  readonly namePlaceholder: string;
  readonly nameRequired?: boolean;
  /** What a new one asks for. */
  readonly events: readonly string[];
  /** Said where no event is chosen; left out where the API says it. */
  readonly noEvents?: string;
  /** The field for its events, or what stands in its place where there is nothing to choose. */
  readonly Events: ComponentType<EventsFieldProps>;
}

export interface EventsFieldProps {
  readonly value: readonly string[];
  readonly onChange: (events: string[]) => void;
  readonly error: string | null;
}

export interface NewSigningSecret {
  readonly secret: string;
  /** How long the one before stays good. */
  readonly overlap_seconds: number;
}

/** What came of a test: the whole attempt, or as much as the part of the API tells. */
export type TestOutcome =
  | { readonly attempt: Attempt }
  | { readonly arrived: boolean; readonly status: number | null; readonly message: string };

/** Whether the member who is signed in may change webhooks of a family; each may change their own. */
export function useMayChange({ access }: { readonly access?: FamilyAccess }): boolean {
  const me = useMe();
  return access === undefined || holds(me, access.write);
}
