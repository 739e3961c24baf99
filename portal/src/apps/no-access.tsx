import { Stack, Text } from '@mantine/core';
import { useMe } from '../app/use-me.ts';
import { Empty } from '../blocks/empty.tsx';
import { PageLink } from '../blocks/page-link.tsx';
import './apps.css';

const roles = {
  owner: 'an owner',
  admin: 'an administrator',
  hr_admin: 'an HR administrator',
  member: 'a member',
} as const;

/** Says what is missing to whoever comes without the right, and who can help. */
export function NoAccess({ what, scope }: { what: string; scope: string }) {
  const { member, organization } = useMe();
  return (
    <div className="card">
      <Empty title={`You may not see ${what}`} action={<PageLink path="/">To the overview</PageLink>}>
        <Stack gap="xs">
          <Text>
            That takes the scope <code className="chip">{scope}</code>, and you are {roles[member.role]} of{' '}
            {organization.name}, which does not include it.
          </Text>
          <Text>An owner or an administrator can give you another role.</Text>
        </Stack>
      </Empty>
    </div>
  );
}
