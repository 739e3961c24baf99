import { Button, Group, Stack, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Failure } from '../../blocks/failure.tsx';
import { fieldError, isGeneral } from '../../blocks/field-errors.ts';

export interface AppValues {
  readonly name: string;
  readonly description: string | null;
}

interface Props {
  readonly initial?: AppValues;
  readonly submitLabel: string;
  readonly busy: boolean;
  readonly error: Error | null;
  readonly onSubmit: (values: AppValues) => void;
  readonly onCancel: () => void;
}

export function AppForm({ initial, submitLabel, busy, error, onSubmit, onCancel }: Props) {
  const [name, setName] = useState(initial?.name ?? '');
  const [description, setDescription] = useState(initial?.description ?? '');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit({
      name: name.trim(),
      description: description.trim() === '' ? null : description.trim(),
    });
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        {isGeneral(error, ['/name', '/description']) && <Failure error={error} />}
        <TextInput
          label="Name"
          placeholder="Account sync"
          required
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={fieldError(error, '/name')}
          data-autofocus
        />
        <Textarea
          label="Description"
          description="What it does for whom; whoever installs it reads this"
          autosize
          minRows={2}
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
          error={fieldError(error, '/description')}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
          <Button type="submit" loading={busy}>
            {submitLabel}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
