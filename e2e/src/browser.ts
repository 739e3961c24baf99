import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import axe from 'axe-core';
import { type Browser, chromium, type Frame, type Page } from 'playwright-core';

/** The system's Chromium, kept from talking to anybody but the pages under test. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.SLUICE_TEST_CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** Somebody else's site, on an origin of its own, with whatever page the test gives it. */
export interface Site {
  readonly origin: string;
  page: string;
  /** Paths that were asked for. */
  readonly requests: string[];
  close(): Promise<void>;
}

export async function startSite(host: 'localhost' | '127.0.0.1' = '127.0.0.1'): Promise<Site> {
  const server = createServer((request, response) => {
    site.requests.push(request.url ?? '');
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(site.page);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const site: Site = {
    origin: `http://${host}:${portOf(address)}`,
    page: '',
    requests: [],
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return site;
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** A host page that shows a frame and keeps every message that it gets. */
export function hostPage(iframe: string, style = ''): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Host</title><style>${style}</style><body><h1>Host</h1>
    <script>window.messages = []; window.addEventListener('message', (event) => window.messages.push({ origin: event.origin, data: event.data }));</script>
    ${iframe}</body></html>`;
}

/** What axe finds wrong in a frame, in words. */
export async function accessibilityProblems(frame: Frame | Page): Promise<string[]> {
  await frame.evaluate(axe.source);
  return frame.evaluate(async () => {
    const { violations } = await Reflect.get(window, 'axe').run(document);
    return violations.map(
      (violation: { id: string; nodes: { html: string; failureSummary: string }[] }) =>
        `${violation.id}: ${violation.nodes.map((node) => `${node.html} ${node.failureSummary}`).join('; ')}`,
    );
  });
}
