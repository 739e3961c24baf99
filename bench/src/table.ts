import { batchSize, type Limits } from './limits.ts';
import type { Quantiles } from './load.ts';
import { type DatabaseFigures, publishers, steadyRate, type Throughput } from './scenario.ts';

export interface Results {
  readonly at: string;
  readonly node: string;
  readonly cpus: number;
  readonly seconds: number;
  readonly fanOut: number;
  readonly limits: Limits;
  readonly databases: Readonly<Record<string, DatabaseFigures>>;
}

const nameWidth = 44;
const cell = (text: string, width = 10) => text.padStart(width);
const rate = (value: number) => cell(value.toFixed(0));
const ms = (value: number) => cell(value.toFixed(1));

/** The figures for people, each beside the limit that it is to be seen against. */
export function renderTable(results: Results): string {
  const { limits } = results;
  return [
    `${results.cpus} processors, Node ${results.node}, ${results.seconds} s for each figure, ${publishers} publishers at once`,
    '',
    title('limits, measured in this run', 'a second'),
    `${'  sign a body and POST it'.padEnd(nameWidth)}${rate(limits.signAndPost)}`,
    `${'  POST to a server that does nothing'.padEnd(nameWidth)}${rate(limits.postToNothing)}`,
    `${'  append a row to a file and flush it'.padEnd(nameWidth)}${rate(limits.appendAndFlush)}`,
    ...Object.entries(results.databases).flatMap(([name, figures]) => [
      '',
      ...section(name, figures, results),
    ]),
  ].join('\n');
}

function section(name: string, figures: DatabaseFigures, { limits, fanOut }: Results): string[] {
  const { inserts, steady } = figures;
  return [
    title(name, 'a second', 'limit', 'of it', 'CPU ms'),
    row('accept events, one in a request', figures.acceptSingle, inserts.single, 'insert'),
    row(`accept events, ${batchSize} in a request`, figures.acceptBatch, inserts.batch, 'insert'),
    row('deliver, 1 endpoint an event', figures.deliverOne, limits.signAndPost, 'sign, POST'),
    row('deliver, 10 endpoints an event', figures.deliverTen, limits.signAndPost, 'sign, POST'),
    row(`deliver 1 event to ${fanOut} endpoints`, figures.fanOut, limits.signAndPost, 'sign, POST'),
    title(`  milliseconds at ${steadyRate} events a second`, 'p50', 'p99'),
    latency('POST to a server that does nothing', limits.roundTripMs),
    latency('publish sent to answered', steady.publishAnsweredMs),
    latency('publish answered to received', steady.acceptedToReceivedMs),
    latency('publish sent to received', steady.sentToReceivedMs),
  ];
}

function title(name: string, ...columns: readonly string[]): string {
  return name.padEnd(nameWidth) + columns.map((column) => cell(column)).join('');
}

function row(name: string, { perSecond, cpuMsEach }: Throughput, limit: number, limitName: string): string {
  const cpu = cpuMsEach === null ? '' : cpuMsEach.toFixed(2);
  return `  ${name.padEnd(nameWidth - 2)}${rate(perSecond)}${rate(limit)}${cell((perSecond / limit).toFixed(2))}${cell(cpu)}  ${limitName}`;
}

function latency(name: string, { p50, p99 }: Quantiles): string {
  return `    ${name.padEnd(nameWidth - 4)}${ms(p50)}${ms(p99)}`;
}
