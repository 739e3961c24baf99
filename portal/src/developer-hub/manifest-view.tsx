import { Group, Stack, Table, Tabs, Title } from '@mantine/core';
import type { AppVersionSummary } from '@sluice/client';
import type { ReactNode } from 'react';
import { BodyText, CopyButton } from '../blocks/body-text.tsx';
import { Quiet } from '../blocks/quiet.tsx';
import { inOrder, typeOf } from '../records/record-types.ts';
import { manifestText } from './manifest-draft.ts';
import { AccessState, FieldChips } from './scopes-view.tsx';
import './developer-hub.css';

/** A manifest for people and, beside it, as the JSON that the API takes. */
export function ManifestView({ version }: { version: AppVersionSummary }) {
  const json = manifestText(version);
  return (
    <Tabs defaultValue="tables" keepMounted={false}>
      <Tabs.List>
        <Tabs.Tab value="tables">Manifest</Tabs.Tab>
        <Tabs.Tab value="json">JSON</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="tables" pt="md">
        <Stack gap="md">
          <Scopes scopes={version.scopes} />
          <Webhooks webhooks={version.webhooks} />
        </Stack>
      </Tabs.Panel>
      <Tabs.Panel value="json" pt="md">
        <Stack gap="xs">
          <Group justify="flex-end">
            <CopyButton text={json} label="Copy the JSON" />
          </Group>
          <BodyText label={`Manifest of ${version.version}`} text={json} />
        </Stack>
      </Tabs.Panel>
    </Tabs>
  );
}

function Scopes({ scopes }: Pick<AppVersionSummary, 'scopes'>) {
  return (
    <Part title="Scopes" none="It asks for nothing." heads={['Module', 'Model', 'Access', 'Fields']}>
      {scopes.map((scope) => (
        <Table.Tr key={scope.name}>
          <Table.Td className="mono">{scope.module}</Table.Td>
          <Table.Td className="mono">{scope.model}</Table.Td>
          <Table.Td>
            <AccessState access={scope.access} />
          </Table.Td>
          <Table.Td>
            <FieldChips fields={scope.fields} />
          </Table.Td>
        </Table.Tr>
      ))}
    </Part>
  );
}

function Webhooks({ webhooks }: Pick<AppVersionSummary, 'webhooks'>) {
  return (
    <Part title="Webhooks" none="It hears of nothing." heads={['Records', 'Actions', 'URL']}>
      {webhooks.map((webhook) => (
        <Table.Tr key={`${typeOf(webhook)} ${webhook.url}`}>
          <Table.Td className="mono">{typeOf(webhook)}</Table.Td>
          <Table.Td>{inOrder(webhook.actions).join(', ')}</Table.Td>
          <Table.Td className="mono">{webhook.url}</Table.Td>
        </Table.Tr>
      ))}
    </Part>
  );
}

interface PartProps {
  readonly title: string;
  /** Said where there is no row. */
  readonly none: string;
  readonly heads: readonly string[];
  readonly children: readonly ReactNode[];
}

function Part({ title, none, heads, children }: PartProps) {
  return (
    <div className="manifest-scroll">
      <Title order={3} fz="sm" mb={4}>
        {title}
      </Title>
      {children.length === 0 ? (
        <Quiet>{none}</Quiet>
      ) : (
        <Table fz="sm" verticalSpacing={6} horizontalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              {heads.map((head) => (
                <Table.Th key={head}>{head}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>{children}</Table.Tbody>
        </Table>
      )}
    </div>
  );
}
