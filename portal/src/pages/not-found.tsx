import { Empty, PageHeader, PageLink } from '../blocks/page.tsx';

export function NotFoundPage() {
  return (
    <>
      <PageHeader title="Not found" />
      <Empty title="There is nothing here" action={<PageLink path="/">To the overview</PageLink>}>
        The address may be misspelt, or what was here is gone.
      </Empty>
    </>
  );
}
