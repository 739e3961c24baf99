import { Textarea } from '@mantine/core';
import { useState } from 'react';
import { fieldError } from '../blocks/field-errors.ts';
import { FormFrame, type FormState } from '../blocks/form-frame.tsx';
import { NameField } from '../blocks/text-fields.tsx';
import { textOf } from '../text/typed.ts';

export interface AppValues {
  readonly name: string;
  readonly description: string | null;
}

interface Props extends FormState<AppValues> {
  readonly initial?: AppValues;
  readonly submitLabel: string;
}

export function AppForm({ initial, error, onSubmit, ...frame }: Props) {
  const [name, setName] = useState(initial?.name ?? '');
  const [description, setDescription] = useState(initial?.description ?? '');
  return (
    <FormFrame
      {...frame}
      error={error}
      pointers={['/name', '/description']}
      onSubmit={() => onSubmit({ name: name.trim(), description: textOf(description) })}
    >
      <NameField
        placeholder="Account sync"
        required
        value={name}
        onChange={setName}
        error={error}
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
    </FormFrame>
  );
}
