import { Button, Stack, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { Page } from '@sluice/client';
import type { ReactNode } from 'react';
import { keys } from '../api/cache.ts';
import { holds, useMe } from '../api/session.ts';
import { usePages } from '../api/use-pages.ts';
import { Icon } from '../blocks/icon.tsx';
import { NotAllowed } from '../blocks/not-allowed.tsx';
import { Empty, PageHeader } from '../blocks/page.tsx';
import { Quiet } from '../blocks/quiet.tsx';
import { Paged } from '../blocks/waiting.tsx';
import { AddWebhook } from './add-webhook.tsx';
import { VerifySample } from './verify-sample.tsx';
import type { Webhook } from './webhook.ts';
import { WebhookCards } from './webhook-card.tsx';
import { useMayChange, type WebhookFamily } from './webhook-family.ts';
import { WebhookRows } from './webhook-rows.tsx';

interface WebhookListPageProps<Item extends Webhook> {
  readonly family: WebhookFamily<Item>;
  /** The list, where it is more than the family's own; it is given the button that adds one. */
  readonly list?: (add: ReactNode) => ReactNode;
}

/** Every webhook of a family: the list, and what adds to it. */
export function WebhookListPage<Item extends Webhook>({ family, list }: WebhookListPageProps<Item>) {
  const { words, access, sample, arrangement } = family;
  const me = useMe();
  const reads = access === undefined || holds(me, access.read);
  const mayChange = useMayChange(family) && reads;
  const [adding, { open, close }] = useDisclosure(false);
  const add = mayChange && (
    <Button leftSection={<Icon name="plus" />} onClick={open}>
      Add {words.one}
    </Button>
  );
  const all = list?.(add) ?? <WebhookList family={family} add={add} />;
  return (
    <>
      {words.place && <div className="crumbs">{words.place}</div>}
      <PageHeader
        title={words.title}
        description={words.description}
        actions={words.section ? undefined : add}
      />
      {access && !reads ? (
        <NotAllowed {...access} scope={access.read} />
      ) : (
        <Stack gap="lg">
          {words.section ? (
            <section aria-label={words.section.title}>
              <div className="list-head">
                <div>
                  <Title order={2} fz="lg">
                    {words.section.title}
                  </Title>
                  <Quiet>{words.section.description}</Quiet>
                </div>
                {add}
              </div>
              {all}
            </section>
          ) : (
            <div>{all}</div>
          )}
          {/* Where webhooks have pages of their own, those have it. */}
          {sample && arrangement === 'cards' && <VerifySample {...sample} />}
        </Stack>
      )}
      <AddWebhook family={family} opened={adding} onClose={close} />
    </>
  );
}

const refreshMs = 10_000;

interface WebhookListProps<Item extends Webhook> {
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
export function WebhookList<Item extends Webhook>({ family, add, part, children }: WebhookListProps<Item>) {
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
    <Paged pages={webhooks} empty={empty}>
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
