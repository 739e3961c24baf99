import { AddDialog } from '../../blocks/add-dialog.tsx';
import { nameOf } from '../../blocks/endpoint-list.tsx';
import type { WebhookFamily } from './webhook-family.ts';
import { WebhookForm } from './webhook-form.tsx';

interface Props {
  readonly family: WebhookFamily;
  readonly opened: boolean;
  readonly onClose: () => void;
}

export function AddWebhook({ family, ...props }: Props) {
  return (
    <AddDialog
      {...props}
      title="Add a webhook"
      size={family.choosesTypes ? 'lg' : 'md'}
      add={family.create}
      queryKey={[family.key]}
      nameOf={nameOf}
      secretNote="It signs X-FluxDesk-Signature. If it leaks, rotate it from the webhook's own row."
      form={(state) => <WebhookForm {...state} family={family} />}
    />
  );
}
