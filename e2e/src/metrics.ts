import { request } from 'undici';

/** The sum of a metric over all its labels, as a process tells it at the moment. */
export async function readMetric(address: string, name: string): Promise<number> {
  const { body } = await request(`${address}/metrics`);
  const samples = (await body.text()).split('\n').filter((line) => /^[a-z_]+/.exec(line)?.[0] === name);
  return samples.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
