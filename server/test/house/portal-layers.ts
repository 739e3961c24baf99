/** Folder of portal/src → the folders below it and the workspaces that it may import. */
const layers: Readonly<Record<string, readonly string[]>> = {
  // What starts the portal, and the frame around its pages.
  main: ['pages', 'blocks', 'api', 'text'],
  // What starts the review that other sites embed; it knows nothing of the portal's session.
  embed: ['reviews', 'text', 'client'],
  pages: ['developer-hub', 'webhooks', 'deliveries', 'notifications', 'blocks', 'api', 'text', 'client'],
  'developer-hub': ['webhooks', 'records', 'blocks', 'api', 'text', 'client'],
  webhooks: ['deliveries', 'records', 'blocks', 'api', 'text', 'client'],
  deliveries: ['blocks', 'api', 'text', 'client'],
  notifications: ['blocks', 'api', 'text', 'client'],
  records: ['blocks', 'text', 'client'],
  reviews: ['text', 'client'],
  blocks: ['api', 'text', 'client'],
  api: ['client'],
  text: ['contracts'],
};

/** The layers of the portal, in the form of the table of walls. */
export const portalWalls: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries(layers).map(([layer, below]) => [
    `portal/${layer}`,
    below.map((name) => (name in layers ? `portal/${name}` : name)),
  ]),
);

/** `portal/src/pages/overview.tsx` → `portal/pages`; `null` for what is no source of the portal. */
export function layerOf(path: string): string | null {
  const [workspace, folder, layer] = path.split('/');
  return workspace === 'portal' && folder === 'src' ? `portal/${layer}` : null;
}
