import { Button, Stack, Text, Textarea } from '@mantine/core';
import { useRef } from 'react';
import { lineAt, placeOf, syntaxErrorOf } from '../text/json.ts';
import type { ManifestProblem } from './manifest-problems.ts';

interface Props {
  readonly text: string;
  readonly onChange: (text: string) => void;
  /** What the API complained about, by the places of the text that was sent. */
  readonly problems: readonly ManifestProblem[];
  /** Why it is no JSON. */
  readonly syntaxError: string | null;
}

/** A manifest as JSON. Each complaint names its line, and leads there. */
export function ManifestText({ text, onChange, problems, syntaxError }: Props) {
  const area = useRef<HTMLTextAreaElement>(null);
  const goTo = (start: number, end: number) => {
    area.current?.focus();
    area.current?.setSelectionRange(start, end);
  };
  const isJson = syntaxError === null && problems.length > 0 && syntaxErrorOf(text) === null;
  return (
    <Stack gap="xs">
      <Textarea
        ref={area}
        label="Manifest as JSON"
        description="version, scopes and webhooks, as POST /v1/apps/{id}/versions takes them"
        autosize
        minRows={14}
        maxRows={26}
        spellCheck={false}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: '0.8125rem' } }}
        value={text}
        onChange={(event) => onChange(event.currentTarget.value)}
        error={syntaxError}
      />
      {problems.map(({ pointer, detail }) => {
        const place = isJson ? placeOf(text, pointer) : null;
        return (
          <Text
            key={`${pointer} ${detail}`}
            fz="sm"
            c="var(--mantine-color-error)"
            role="alert"
            component="div"
          >
            {place && (
              <Button
                variant="default"
                size="compact-xs"
                mr="xs"
                onClick={() => goTo(place.start, place.end)}
              >
                Line {lineAt(text, place.start)}
              </Button>
            )}
            <span className="mono">{pointer}</span> {detail}
          </Text>
        );
      })}
    </Stack>
  );
}
