import type { Cause, Finding, ProbeGroup, ProbeVerdict, Report } from '@sluice/doctor';
import type { Paint, Style } from '../paint.ts';
import { alignedRow, columnWidths } from '../table.ts';
import { counted, duration, plain, wrapped } from '../text.ts';

export interface NamedReport extends Report {
  readonly url: string;
}

const signs: Readonly<Record<ProbeVerdict, readonly [string, Style]>> = {
  pass: ['✓', 'green'],
  warn: ['!', 'yellow'],
  fail: ['✗', 'red'],
  skipped: ['·', 'dim'],
};

const groups: Readonly<Record<ProbeGroup, string>> = {
  delivery: 'Deliveries',
  forgery: 'Forgeries',
  time: 'Time',
  payload: 'Payloads',
};

/** A report as people read it: what each probe found, what explains it, and the conclusion. */
export function renderReport(report: NamedReport, paint: Paint, width: number): string {
  const title = paint('bold', `${plain(report.url)}, contract ${report.contract}`);
  const parts = [
    title,
    findings(report, paint, width),
    causes(report.causes, paint, width),
    conclusion(report, paint),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function findings({ findings: all }: Report, paint: Paint, width: number): string {
  const sent = all.filter(({ verdict }) => verdict !== 'skipped');
  const widths = columnWidths([['', '', 'should', 'did', 'time'], ...all.map((finding) => cells(finding))]);
  const sections = Object.entries(groups).flatMap(([group, name]) => {
    const rows = sent.filter((finding) => finding.group === group);
    if (rows.length === 0) return [];
    const head = paint('dim', alignedRow([' ', name, 'should', 'did', 'time'], widths));
    const told = new Set<string>();
    const lines = rows.flatMap((finding) => [
      row(finding, widths, paint),
      ...remarks(finding, told, paint, width),
    ]);
    return [[head, ...lines].join('\n')];
  });
  return [...sections, ...left(all, paint)].join('\n\n');
}

function cells({ title, should, did, duration_ms, verdict }: Finding): string[] {
  return [signs[verdict][0], title, should, plain(did), duration_ms === null ? '' : duration(duration_ms)];
}

function row(finding: Finding, widths: readonly number[], paint: Paint): string {
  const [sign, title = '', should = '', did = '', time = ''] = cells(finding);
  const style = signs[finding.verdict][1];
  const quiet = finding.verdict === 'pass';
  return alignedRow([paint(style, sign ?? ''), title, should, quiet ? did : paint(style, did), time], widths);
}

/** Why it is not well, and what the receiver said; each once in a row of probes that have the same. */
function remarks(finding: Finding, told: Set<string>, paint: Paint, width: number): string[] {
  const { verdict, should, status, because, excerpt } = finding;
  if (verdict === 'pass') return [];
  // One that was accepted as it should be is merely slow.
  const merelySlow = should === 'accept' && status !== null && status >= 200 && status <= 299;
  const all = [
    ...(merelySlow ? [] : [`a sound receiver ${should}s it: ${because}`]),
    ...(excerpt === null ? [] : [`it said: ${plain(excerpt)}`]),
  ];
  const fresh = all.filter((remark) => !told.has(remark));
  for (const remark of fresh) told.add(remark);
  return fresh.map((remark) => paint('dim', wrapped(remark, width, '   ')));
}

/** Probes that tell nothing, together where the reason is the same. */
function left(all: readonly Finding[], paint: Paint): string[] {
  const reasons = new Map<string, number>();
  for (const { verdict, did } of all)
    if (verdict === 'skipped') reasons.set(did, (reasons.get(did) ?? 0) + 1);
  const lines = [...reasons].map(([reason, count]) =>
    paint('dim', `· ${counted(count, 'probe')} left open: ${reason}`),
  );
  return lines.length === 0 ? [] : [lines.join('\n')];
}

function causes(found: readonly Cause[], paint: Paint, width: number): string {
  if (found.length === 0) return '';
  const each = found.map(({ level, title, explanation, remedy, probes }) => {
    const [sign, style] = signs[level];
    return [
      `${paint(style, sign)} ${paint('bold', plain(title))}`,
      wrapped(plain(explanation), width, '  '),
      wrapped(`→ ${plain(remedy)}`, width, '  '),
      paint('dim', wrapped(`shown by: ${probes.join(', ')}`, width, '  ')),
    ].join('\n');
  });
  return [paint('bold', found.length === 1 ? 'Likely cause' : 'Likely causes'), ...each].join('\n\n');
}

function conclusion(report: Report, paint: Paint): string {
  const { sound, passed, warned, failed, skipped, slowest_ms, timeout_ms } = report;
  const verdict = sound
    ? paint('green', warned > 0 ? 'Sound, with warnings' : 'Sound')
    : paint('red', 'Not sound');
  const counts = [
    `${passed} passed`,
    ...(warned > 0 ? [counted(warned, 'warning')] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(skipped > 0 ? [`${skipped} left open`] : []),
  ].join(', ');
  const slowest =
    slowest_ms === null ? '' : ` Slowest delivery: ${duration(slowest_ms)} of ${duration(timeout_ms)}.`;
  return `${verdict}: ${counts}.${slowest}`;
}
