import { useState } from 'react';
import { changed, useChanged } from '../api/cache.ts';
import { FormDialog } from '../blocks/dialogs.tsx';
import { SecretDialog } from '../blocks/secret-dialog.tsx';
import { nameOf, type Webhook } from './webhook.ts';
import type { WebhookValues } from './webhook-draft.ts';
import type { WebhookFamily } from './webhook-family.ts';
import { WebhookForm } from './webhook-form.tsx';

interface Props<Item extends Webhook> {
  readonly family: WebhookFamily<Item>;
  readonly opened: boolean;
  readonly onClose: () => void;
}

/**
 * Asks for a webhook, makes it, and shows its secret this once. It stands outside of the list that it adds to: what an
 * empty list shows goes when the list fills, and the secret with it.
 */
export function AddWebhook<Item extends Webhook>({ family, opened, onClose }: Props<Item>) {
  const [made, setMade] = useState<(Item & { readonly secret: string }) | null>(null);
  const readAgain = useChanged();
  return (
    <>
      <FormDialog
        opened={opened}
        onClose={onClose}
        title={`Add ${family.words.anyOne}`}
        act={(values: WebhookValues) => family.create(values)}
        onDone={(answer) => {
          setMade(answer);
          return readAgain(changed.webhooks(family.source));
        }}
        form={(state) => <WebhookForm {...state} family={family} />}
      />
      <SecretDialog
        secrets={made === null ? [] : [{ secret: made.secret }]}
        title={made === null ? '' : `Signing secret of ${nameOf(made)}`}
        onClose={() => setMade(null)}
        note={family.words.secretNote}
      />
    </>
  );
}
