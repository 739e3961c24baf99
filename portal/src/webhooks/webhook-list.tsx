import { Stack } from '@mantine/core';
import type { Page } from '@sluice/client';
import type { ReactNode } from 'react';
import { keys } from '../api/keys.ts';
import { usePages } from '../api/use-pages.ts';
import { Empty } from '../blocks/empty.tsx';
import { Paged } from '../blocks/paged.tsx';
import type { Webhook } from './webhook.ts';
import { WebhookCards } from './webhook-card.tsx';
import type { WebhookFamily } from './webhook-family.ts';
import { WebhookRows } from './webhook-rows.tsx';

const refreshMs = 10_000;

interface Props<Item extends Webhook> {
  readonly family: WebhookFamily<Item>;
  /** The button that adds one, for where there are none. */
  readonly add: ReactNode;
  /** Reads only some of them, which the filter tells apart. */
  readonly part?: {
    readonly filter: unknown;
    readonly list: (cursor: { readonly cursor?: string }) => Promise<Page<Item>>;
    readonly empty: ReactNode;
  };
  /** Shows them in another way than the family is shown by itself. */
  readonly children?: (webhooks: readonly Item[]) => ReactNode;
}

/** The webhooks of a family, page after page. */
export function WebhookList<Item extends Webhook>({ family, add, part, children }: Props<Item>) {
  const webhooks = usePages(
    keys.webhooks.list(family.source, part?.filter),
    part?.list ?? family.list,
    refreshMs,
  );
  const empty = part?.empty ?? (
    <Empty title={`No ${family.words.one}s yet`} action={add}>
      {family.words.purpose}
    </Empty>
  );
  return (
    <Paged pages={webhooks} empty={<div className="card">{empty}</div>}>
      {(items) =>
        children?.(items) ??
        (family.arrangement === 'cards' ? (
          <Stack gap="md">
            <WebhookCards family={family} webhooks={items} />
          </Stack>
        ) : (
          <WebhookRows family={family} webhooks={items} />
        ))
      }
    </Paged>
  );
}
