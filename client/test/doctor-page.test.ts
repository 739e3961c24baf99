import { readFile } from 'node:fs/promises';
import { standard } from '@sluice/contracts';
import { diagnose, type Send } from '@sluice/doctor';
import { expect, test } from 'vitest';
import { secretOf } from '../../contracts/test/messages.ts';
import { listen } from '../../doctor/test/http.ts';
import { mistakes } from '../../doctor/test/mistakes.ts';
import { receiverOf } from '../../doctor/test/receivers.ts';
import { renderReport } from '../src/cli/doctor/render.ts';
import { sendTo } from '../src/cli/doctor/send.ts';
import { unpainted } from '../src/cli/paint.ts';

const page = new URL('../../docs/doctor.md', import.meta.url);

/** A report on a receiver with two mistakes, over real HTTP; only how long it took is made up. */
async function sampleReport() {
  const ageless = (name: string | string[] | undefined) => new Date(Number(name) * 1000);
  const { url, close } = await listen(
    receiverOf(standard, {
      now: ({ headers }) => ageless(headers['webhook-timestamp']),
      body: (body) => (body.includes('unfinished') ? body : JSON.stringify(JSON.parse(body.toString()))),
    }),
  );
  const reallySend = sendTo(new URL(url), {});
  let count = 0;
  const send: Send = async (request) => {
    count += 1;
    return { ...(await reallySend(request)), durationMs: 8 + ((count * 7) % 11) };
  };
  const report = await diagnose(standard, { secrets: [secretOf(standard)], send });
  await close();
  return { ...report, url: 'https://example.com/webhooks' };
}

function between(text: string, name: string, content: string): string {
  const [before = '', rest = ''] = text.split(`<!-- ${name} -->`);
  const [, after = ''] = rest.split(`<!-- /${name} -->`);
  return `${before}<!-- ${name} -->\n${content}\n<!-- /${name} -->${after}`;
}

test('docs/doctor.md shows a real report, and every probe (npm test -- doctor-page -u writes it)', async () => {
  const report = await sampleReport();
  const sample = `\`\`\`text\n${renderReport(report, unpainted, 110)}\`\`\``;
  const rows = report.findings.map(
    ({ probe, title, should, because }) =>
      `| \`${probe}\` | ${title.replaceAll('_', '\\_')} | ${should} | ${because} |`,
  );
  const probes = ['| probe | what is sent | should | because |', '| --- | --- | --- | --- |', ...rows].join(
    '\n',
  );
  const written = between(between(await readFile(page, 'utf8'), 'sample', sample), 'probes', probes);
  await expect(written).toMatchFileSnapshot('../../docs/doctor.md');
});

test('docs/doctor.md lists every cause', async () => {
  const text = await readFile(page, 'utf8');
  const listed = new Set(
    [...text.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell = '']) => cell.match(/[a-z_]+/g) ?? []),
  );
  const named = Object.values(mistakes).map(({ cause }) => cause);
  expect(named.filter((cause) => !listed.has(cause))).toEqual([]);
});
