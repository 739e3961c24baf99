import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { keys } from '../api/cache.ts';
import { holds, useMe } from '../api/session.ts';
import { NotAllowed } from '../blocks/not-allowed.tsx';
import { PageHeader, PageLink } from '../blocks/page.tsx';
import { useParam } from '../blocks/use-address.ts';
import { Loaded } from '../blocks/waiting.tsx';
import { capitalized } from '../text/words.ts';
import { VerifySample } from './verify-sample.tsx';
import { nameOf, type Webhook } from './webhook.ts';
import { WebhookActions } from './webhook-actions.tsx';
import { useMayChange, type WebhookFamily } from './webhook-family.ts';

const refreshMs = 10_000;

/** One webhook: how it is set, what can be done with it, and what it was sent. */
export function WebhookPage<Item extends Webhook>({ family }: { family: WebhookFamily<Item> }) {
  const mayChange = useMayChange(family);
  return (
    <OneWebhook family={family}>
      {(webhook) => (
        <>
          <PageHeader
            title={nameOf(webhook)}
            description={webhook.description}
            actions={mayChange && <WebhookActions family={family} webhook={webhook} />}
          />
          <Stack gap="lg">
            {family.Settings && <family.Settings webhook={webhook} />}
            <family.Log webhook={webhook} />
            {family.sample && <VerifySample {...family.sample} />}
          </Stack>
        </>
      )}
    </OneWebhook>
  );
}

interface OneProps<Item extends Webhook> {
  readonly family: WebhookFamily<Item>;
  readonly children: (webhook: Item) => ReactNode;
}

/** Reads the webhook that the page's address names, for those who may see it, and says how to get back to all. */
export function OneWebhook<Item extends Webhook>({ family, children }: OneProps<Item>) {
  const { words, access, source } = family;
  const me = useMe();
  const id = useParam('id');
  const isAllowed = access === undefined || holds(me, access.read);
  const found = useQuery({
    queryKey: keys.webhooks.one(source, id),
    queryFn: () => family.get(id),
    enabled: isAllowed,
    refetchInterval: refreshMs,
  });
  return (
    <>
      <div className="crumbs">
        {words.place && `${words.place} / `}
        <PageLink path={family.path} fz="sm" underline="always">
          {words.title}
        </PageLink>
      </div>
      {access && !isAllowed ? (
        <>
          <PageHeader title={capitalized(words.one)} />
          <NotAllowed {...access} scope={access.read} />
        </>
      ) : (
        <Loaded query={found}>{children}</Loaded>
      )}
    </>
  );
}
