import { Alert, Button, Group, Kbd, Stack, Textarea } from '@mantine/core';
import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { fromEditable, toEditable } from './content.ts';
import { ContentView } from './content-view.tsx';
import { DifferenceView } from './difference-view.tsx';
import type { Action, Capabilities, ReviewTask } from './review.ts';

export type Step = 'choose' | 'approve' | 'reject' | 'revise';

interface DecisionFormProps {
  readonly task: ReviewTask;
  readonly capabilities: Capabilities;
  readonly step: Step;
  readonly busy: boolean;
  onStep(step: Step): void;
  onAct(action: Action): void;
}

/** What may be done with a task. What the token does not allow is not there, rather than there and refused. */
export function DecisionForm({ task, capabilities, step, busy, onStep, onAct }: DecisionFormProps) {
  if (step === 'choose') return <Choices capabilities={capabilities} busy={busy} onStep={onStep} />;
  return (
    <StepForm key={`${task.id} ${step}`} task={task} step={step} busy={busy} onStep={onStep} onAct={onAct} />
  );
}

const choices = [
  { step: 'approve', capability: 'approve', word: 'Approve', look: { color: '#1f6f31' } },
  { step: 'reject', capability: 'reject', word: 'Reject', look: { color: 'red.9' } },
  { step: 'revise', capability: 'edit', word: 'Edit', look: { variant: 'default' } },
] as const;

function Choices({
  capabilities,
  busy,
  onStep,
}: Pick<DecisionFormProps, 'capabilities' | 'busy' | 'onStep'>) {
  return (
    <Group role="group" aria-label="Decide">
      {choices
        .filter(({ capability }) => capabilities[capability])
        .map(({ step, word, look }) => (
          <Button
            key={step}
            {...look}
            disabled={busy}
            onClick={() => onStep(step)}
            rightSection={
              <Kbd size="xs" aria-hidden="true">
                {word.charAt(0)}
              </Kbd>
            }
          >
            {word}
          </Button>
        ))}
    </Group>
  );
}

type StepFormProps = Pick<DecisionFormProps, 'task' | 'busy' | 'onStep' | 'onAct'> & {
  readonly step: Exclude<Step, 'choose'>;
};

const words = {
  approve: { note: 'Comment (optional)', button: 'Approve', color: '#1f6f31' },
  reject: { note: 'Reason', button: 'Reject', color: 'red.9' },
  revise: { note: 'Comment (optional)', button: 'Save the edited version', color: 'blue.9' },
} as const;

function StepForm({ task, step, busy, onStep, onAct }: StepFormProps) {
  const [note, setNote] = useState('');
  const [text, setText] = useState(() => toEditable(task.revision ?? task.content));
  const [problem, setProblem] = useState<string | null>(null);
  const first = useRef<HTMLTextAreaElement>(null);
  const headingId = useId();
  useEffect(() => first.current?.focus(), []);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (step === 'reject' && note.trim() === '')
      return setProblem('Say why: the reason goes to the requester.');
    if (step === 'approve') return onAct({ kind: 'approve', comment: note.trim() });
    if (step === 'reject') return onAct({ kind: 'reject', reason: note.trim() });
    try {
      onAct({ kind: 'revise', content: fromEditable(text, task.content), comment: note.trim() });
    } catch (error) {
      setProblem(`This is not valid JSON: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  const { note: noteLabel, button, color } = words[step];
  return (
    <form
      onSubmit={submit}
      aria-labelledby={headingId}
      onKeyDown={(event) => event.key === 'Escape' && onStep('choose')}
    >
      <Stack gap="sm">
        <strong id={headingId}>{button}</strong>
        {step === 'revise' && (
          <>
            <Textarea
              ref={first}
              label="Content"
              autosize
              minRows={6}
              maxRows={24}
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
              classNames={{ input: 'editor' }}
            />
            <Preview task={task} text={text} />
          </>
        )}
        <Textarea
          {...(step === 'revise' ? {} : { ref: first })}
          label={noteLabel}
          autosize
          minRows={2}
          maxLength={2_000}
          required={step === 'reject'}
          value={note}
          onChange={(event) => {
            setNote(event.currentTarget.value);
            setProblem(null);
          }}
        />
        {problem !== null && (
          <Alert color="red" role="alert">
            {problem}
          </Alert>
        )}
        <Group>
          <Button type="submit" color={color} loading={busy}>
            {button}
          </Button>
          <Button variant="default" disabled={busy} onClick={() => onStep('choose')}>
            Back
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Preview({ task, text }: { task: ReviewTask; text: string }) {
  const current = task.revision ?? task.content;
  if (text === toEditable(current)) return null;
  const isMarkup = task.content_type === 'text/markdown' || task.content_type === 'text/html';
  return (
    <Stack gap="xs">
      <DifferenceView before={toEditable(current)} after={text} />
      {isMarkup && (
        <ContentView
          content={JSON.stringify(text)}
          contentType={task.content_type}
          label="Preview of the edited version"
        />
      )}
    </Stack>
  );
}
