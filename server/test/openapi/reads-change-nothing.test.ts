import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../support/databases.ts';
import { takeVersions } from './snapshot.ts';
import { fill, openSurface, type Surface } from './surface.ts';
import { ask } from './tenant.ts';
import { authorizationFor } from './visitors.ts';

const patience = 240_000;

describeOnEachDatabase('reading', (kind) => {
  let surface: Surface;
  beforeAll(async () => {
    surface = await openSurface(kind);
  }, patience);
  afterAll(() => surface.close());

  it(
    'writes nothing, whatever is read: but a result that can be read once',
    async () => {
      const { app } = surface;
      const owner = await surface.tenant();
      const requests = [];
      for (const route of surface.routes.filter(({ method }) => method === 'GET')) {
        const target = fill(route, await surface.namesFor(route, owner));
        requests.push({ route, target, authorization: await authorizationFor(owner, route) });
      }
      while ((await app.worker.runOnce()) > 0);
      const writing: string[] = [];
      let before = await takeVersions(app.database.queries);
      for (const { route, target, authorization } of requests) {
        const answer = await ask(app, authorization, { method: 'GET', target });
        expect(answer.status, `${route.name} ${answer.text}`).toBeLessThan(300);
        const after = await takeVersions(app.database.queries);
        const changed = Object.keys(after).filter((table) => before[table] !== after[table]);
        if (changed.length > 0) writing.push(`${route.name} changes ${changed.join(', ')}`);
        before = after;
      }
      expect(writing).toEqual(['GET /api/public/v1/results/{token} changes result_tokens']);
    },
    patience,
  );
});
