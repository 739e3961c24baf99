import { NumberInput, Select, SimpleGrid, Textarea } from '@mantine/core';
import type { ChangeEndpointBody, Endpoint } from '@sluice/client';
import { type ReactNode, useState } from 'react';
import { NameField, textOf, UrlField } from './endpoint-fields.tsx';
import { fieldError } from './field-errors.ts';
import { FormFrame, type FormState } from './form-frame.tsx';
import { type Header, HeaderFields } from './header-fields.tsx';

/** What the form asks for; URL, events and contract only where neither an app's manifest nor a member decides them. */
export type EndpointValues = Pick<
  ChangeEndpointBody,
  'url' | 'events' | 'contract' | 'name' | 'description' | 'headers' | 'rate_limit' | 'timeout_seconds'
>;

interface Props extends FormState<EndpointValues> {
  /** What is there already; nothing, where one is added. */
  readonly endpoint?: Endpoint | undefined;
  readonly submitLabel: string;
  readonly urlDescription: string;
  readonly namePlaceholder: string;
  /** What it wants to hear of, as the field for it has it. */
  readonly events: string[];
  /** The field for it, with what the API says about it. */
  readonly eventsField: (error: string | null) => ReactNode;
  /** Asked for where given. */
  readonly contracts?: readonly { readonly value: string; readonly label: string }[];
}

const pointers = [
  '/url',
  '/events',
  '/contract',
  '/name',
  '/description',
  '/headers',
  '/rate_limit',
  '/timeout_seconds',
];

/** Adds an endpoint of the organization, or changes any: of somebody else's, only what the API lets others change. */
export function EndpointForm({ endpoint, events, eventsField, contracts, error, ...props }: Props) {
  const owner = endpoint?.owner.kind ?? 'organization';
  const isOurs = owner === 'organization';
  const [url, setUrl] = useState(endpoint?.url ?? '');
  const [name, setName] = useState(endpoint?.name ?? '');
  const [description, setDescription] = useState(endpoint?.description ?? '');
  const [contract, setContract] = useState(endpoint?.contract ?? null);
  const [headers, setHeaders] = useState<readonly Header[]>([]);
  const [rateLimit, setRateLimit] = useState<number | string>(endpoint?.rate_limit ?? '');
  const [timeout, setTimeout] = useState<number | string>(endpoint?.timeout_seconds ?? '');

  const submit = () => {
    const given = headers.filter((header) => header.name !== '');
    props.onSubmit({
      ...(isOurs && { url: url.trim(), events }),
      ...(isOurs && contract !== null && contract !== endpoint?.contract && { contract }),
      name: textOf(name),
      description: textOf(description),
      ...(given.length > 0 && {
        headers: Object.fromEntries(given.map((header) => [header.name, header.value])),
      }),
      rate_limit: numberOf(rateLimit),
      // What is shown may be the contract's; it becomes the endpoint's own only where somebody changes it.
      ...(numberOf(timeout) !== (endpoint?.timeout_seconds ?? null) && {
        timeout_seconds: numberOf(timeout),
      }),
    });
  };

  return (
    <FormFrame {...props} error={error} pointers={pointers} onSubmit={submit}>
      {isOurs && (
        <>
          <UrlField
            description={props.urlDescription}
            placeholder="https://example.com/webhooks"
            value={url}
            onChange={setUrl}
            error={error}
            data-autofocus
          />
          {eventsField(fieldError(error, '/events'))}
        </>
      )}
      <NameField placeholder={props.namePlaceholder} value={name} onChange={setName} error={error} />
      {isOurs && contracts && (
        <Select
          label="Contract"
          description="The wire format that the receiver understands"
          data={contracts}
          value={contract}
          onChange={setContract}
          placeholder="The organization's own"
          allowDeselect={endpoint === undefined}
          error={fieldError(error, '/contract')}
        />
      )}
      <Textarea
        label="Description"
        autosize
        minRows={2}
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
        error={fieldError(error, '/description')}
      />
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <NumberInput
          label="Deliveries a second at most"
          placeholder="No limit"
          hideControls
          allowDecimal={false}
          value={rateLimit}
          onChange={setRateLimit}
          error={fieldError(error, '/rate_limit')}
        />
        <NumberInput
          label="Timeout in seconds"
          placeholder="The contract's own"
          hideControls
          allowDecimal={false}
          value={timeout}
          onChange={setTimeout}
          error={fieldError(error, '/timeout_seconds')}
        />
      </SimpleGrid>
      {owner !== 'member' && (
        <HeaderFields
          headers={headers}
          kept={Object.keys(endpoint?.headers ?? {})}
          onChange={setHeaders}
          error={fieldError(error, '/headers')}
        />
      )}
    </FormFrame>
  );
}

function numberOf(value: number | string): number | null {
  return value === '' ? null : Number(value);
}
