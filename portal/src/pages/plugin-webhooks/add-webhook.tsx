import { AddDialog } from '../../blocks/add-dialog.tsx';
import { usePluginApi } from './plugin-api.ts';
import { WebhookForm } from './webhook-form.tsx';

export function AddWebhook(props: { opened: boolean; onClose: () => void }) {
  return (
    <AddDialog
      {...props}
      title="Add a webhook"
      add={usePluginApi().create}
      queryKey={['plugin-webhooks']}
      nameOf={({ name }) => name}
      secretNote="From now on only its last six characters are shown. It verifies the header X-Flowxtra-Signature."
      form={(state) => <WebhookForm {...state} />}
    />
  );
}
