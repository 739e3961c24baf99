/** A page of ours, read as far as its checks need. */
export interface Page {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
}

export interface Fence {
  readonly language: string;
  /** The heading that it stands under. */
  readonly heading: string;
}

const fenced = /^```(\w*)\n[\s\S]*?^```$/gm;

/** What a reader sees as prose: code blocks blanked, lines kept. */
function proseOf(text: string): string {
  return text.replace(fenced, (block) => block.replace(/[^\n]/g, ''));
}

function headingsOf(text: string): { readonly title: string; readonly at: number }[] {
  return [...proseOf(text).matchAll(/^#+ (.+)$/gm)].map(({ 1: title = '', index }) => ({ title, at: index }));
}

/** Names of headings in addresses, as GitHub makes them. */
export function anchorsOf(text: string): string[] {
  return headingsOf(text).map(({ title }) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Targets of links and pictures that are not addresses on the web. */
export function relativeLinksOf(text: string): string[] {
  const links = [...proseOf(text).matchAll(/\]\(([^)\s]+)\)/g)].map(({ 1: target = '' }) => target);
  return links.filter((target) => !/^[a-z]+:/.test(target));
}

export function fencesOf(text: string): Fence[] {
  const lines = text.split('\n');
  const fences: Fence[] = [];
  let heading = '';
  let open = false;
  for (const line of lines) {
    const language = /^```(\w*)$/.exec(line)?.[1];
    if (language !== undefined) {
      if (!open) fences.push({ language, heading });
      open = !open;
    } else if (!open) heading = /^#+ (.+)$/.exec(line)?.[1] ?? heading;
  }
  return fences;
}

/** What stands between backticks. */
export function codeOf(text: string): string[] {
  return [...proseOf(text).matchAll(/`([^`\n]+)`/g)].map(({ 1: code = '' }) => code);
}

/** The part below a heading, up to the next one. */
export function sectionOf({ path, text }: Page, title: string): string {
  const headings = headingsOf(text);
  const index = headings.findIndex((heading) => heading.title === title);
  if (index < 0) throw new Error(`${path} has no heading "${title}".`);
  return text.slice(headings[index]?.at, headings[index + 1]?.at);
}

/** Cells of the rows of the tables in a text, heads and rules left out. */
export function rowsOf(text: string): string[][] {
  const lines = text.split('\n');
  return lines
    .filter((line, index) => line.startsWith('| ') && !isRule(line) && !isRule(lines[index + 1] ?? ''))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
}

function isRule(line: string): boolean {
  return /^\|[ |:-]+\|$/.test(line);
}
