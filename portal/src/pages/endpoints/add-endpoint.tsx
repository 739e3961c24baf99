import { api } from '../../app/api.ts';
import { AddDialog } from '../../blocks/add-dialog.tsx';
import type { EndpointValues } from '../../blocks/endpoint-form.tsx';
import { nameOf } from '../../blocks/endpoint-list.tsx';
import type { FormState } from '../../blocks/form-frame.tsx';

interface Props {
  readonly opened: boolean;
  readonly onClose: () => void;
  /** "Add an endpoint". */
  readonly title: string;
  readonly form: (state: FormState<EndpointValues>) => React.ReactNode;
}

/** Adds an endpoint of the organization, by the form that suits its product. */
export function AddEndpoint(props: Props) {
  return (
    <AddDialog
      {...props}
      add={({ url = '', events = [], ...others }: EndpointValues) =>
        api.createEndpoint({ url, events, ...others })
      }
      queryKey={['endpoints']}
      nameOf={nameOf}
    />
  );
}
