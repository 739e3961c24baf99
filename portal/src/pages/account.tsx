import { SimpleGrid, Stack } from '@mantine/core';
import { useMe } from '../api/session.ts';
import { PageHeader } from '../blocks/page-header.tsx';
import { Section } from '../blocks/section.tsx';
import { roleNames } from '../text/role-names.ts';
import { PasswordSection } from './account/password-section.tsx';
import { SessionsSection } from './account/sessions-section.tsx';

export function AccountPage() {
  const { name, member, organization } = useMe();
  return (
    <>
      <PageHeader title="Account" description="Who you are here, and where you are signed in" />
      <Stack gap="lg">
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
          <Section title="You">
            <dl className="facts">
              <dt>Name</dt>
              <dd>{name}</dd>
              <dt>E-mail</dt>
              <dd>{member.email}</dd>
              <dt>Role</dt>
              <dd>{roleNames[member.role]}</dd>
              <dt>Organization</dt>
              <dd>
                {organization.name} <span className="mono">({organization.slug})</span>
              </dd>
            </dl>
          </Section>
          <PasswordSection hasPassword={member.has_password} />
        </SimpleGrid>
        <SessionsSection />
      </Stack>
    </>
  );
}
