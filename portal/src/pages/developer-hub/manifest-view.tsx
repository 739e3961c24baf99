import { Group, Stack, Table, Tabs, Text, Title } from '@mantine/core';
import type { AppVersionSummary } from '@sluice/client';
import { AccessState, FieldChips } from '../../apps/scope-marks.tsx';
import { inOrder, typeOf } from '../../apps/scopes.ts';
import { BodyText } from '../../blocks/body-text.tsx';
import { CopyButton } from '../../blocks/copy-button.tsx';

/** A manifest for people and, beside it, as the JSON that the API takes. */
export function ManifestView({ version }: { version: AppVersionSummary }) {
  const json = manifestJson(version);
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
    <div className="manifest-scroll">
      <Title order={3} fz="sm" mb={4}>
        Scopes
      </Title>
      {scopes.length === 0 ? (
        <Text fz="sm" c="dimmed">
          It asks for nothing.
        </Text>
      ) : (
        <Table fz="sm" verticalSpacing={6} horizontalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Module</Table.Th>
              <Table.Th>Model</Table.Th>
              <Table.Th>Access</Table.Th>
              <Table.Th>Fields</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
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
          </Table.Tbody>
        </Table>
      )}
    </div>
  );
}

function Webhooks({ webhooks }: Pick<AppVersionSummary, 'webhooks'>) {
  return (
    <div className="manifest-scroll">
      <Title order={3} fz="sm" mb={4}>
        Webhooks
      </Title>
      {webhooks.length === 0 ? (
        <Text fz="sm" c="dimmed">
          It hears of nothing.
        </Text>
      ) : (
        <Table fz="sm" verticalSpacing={6} horizontalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Records</Table.Th>
              <Table.Th>Actions</Table.Th>
              <Table.Th>URL</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {webhooks.map((webhook) => (
              <Table.Tr key={`${typeOf(webhook)} ${webhook.url}`}>
                <Table.Td className="mono">{typeOf(webhook)}</Table.Td>
                <Table.Td>{inOrder(webhook.actions).join(', ')}</Table.Td>
                <Table.Td className="mono">{webhook.url}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </div>
  );
}

/** As it can be registered again: what the API added in its answer is left out. */
function manifestJson({ version, scopes, webhooks }: AppVersionSummary): string {
  const declared = scopes.map(({ module, model, access, fields }) => ({
    module,
    model,
    access,
    ...(fields !== null && { fields }),
  }));
  return JSON.stringify({ version, scopes: declared, webhooks }, null, 2);
}
