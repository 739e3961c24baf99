import { afterAll, beforeAll, expect, test } from 'vitest';
import { PackedProject, withoutNodeGlobals } from '../../contracts/test/packed.ts';

let project: PackedProject;
beforeAll(() => {
  project = new PackedProject('doctor');
}, 60_000);
afterAll(() => project.remove());

test('alone in an empty folder, and without Node, it examines a receiver', () => {
  const script = `
    ${withoutNodeGlobals}
    const { diagnose } = await import('@sluice/doctor');
    const secret = 'ab'.repeat(32);
    const { flowxtra } = await import('./node_modules/@sluice/doctor/node_modules/@sluice/contracts/index.js');
    const send = async () => ({ kind: 'response', status: 404, headers: {}, body: new Uint8Array(), durationMs: 1 });
    const report = await diagnose(flowxtra, { secrets: [secret], send });
    console.log(report.sound, report.causes[0].code);
  `;
  expect(project.node(script)).toBe('false wrong_route');
});

test('it holds no sources, and brings the contracts', () => {
  expect(project.files().filter((file) => /(?<!\.d)\.ts$/.test(file))).toEqual([]);
  expect(project.manifest()).toMatchObject({ bundleDependencies: ['@sluice/contracts'] });
  expect(project.manifest()).not.toHaveProperty('private');
});

test('its declarations are whole, with no types but the language and the web', () => {
  project.typeCheck(`
    import { type DiagnoseOptions, diagnose, type Report } from '@sluice/doctor';
    const options: DiagnoseOptions = {
      secrets: [''],
      send: async () => ({ kind: 'failure', failure: 'timeout', detail: '', durationMs: 1 }),
    };
    export const report = (contract: Parameters<typeof diagnose>[0]): Promise<Report> => diagnose(contract, options);
    type Accepts<T> = T extends Parameters<typeof diagnose>[0] ? true : false;
    export const aNameIsNoContract: Accepts<{ name: string }> = false;`);
});
